import { createRequire } from 'node:module'

/** Large, and loaded with the first mail: who gets none does not carry it. */
const sanitizer = () => createRequire(import.meta.url)('sanitize-html') as typeof import('sanitize-html')

const STYLES = [
  'color',
  'background-color',
  'font-weight',
  'font-style',
  'text-decoration',
  'text-align',
  'padding',
  'padding-left',
  'margin',
  'margin-left',
  'border',
  'border-left',
  'border-collapse',
  'width',
  'vertical-align',
]
/** No function at all: `url()`, `image-set()` and `expression()` load or run something. */
const HARMLESS = [/^[^()\\;:@]{0,120}$|^rgba?\([\d\s.,%]{1,40}\)$/i]

/**
 * A mail's HTML as it may be shown beside others': no scripts, forms, frames or style sheets, and nothing that is loaded from
 * elsewhere, so that reading a mail tells its sender nothing. Pictures that came with the mail (`cid:`) stay; links stay and
 * open without telling where from.
 */
export function safeHtml(html: string): string {
  const sanitize = sanitizer()
  return sanitize(html, {
    allowedTags: [...sanitize.defaults.allowedTags, 'img', 'center', 'font', 'del', 'ins'],
    allowedAttributes: {
      '*': ['style', 'dir', 'lang', 'title', 'align', 'valign'],
      a: ['href', 'rel', 'target'],
      img: ['src', 'alt', 'width', 'height'],
      font: ['color', 'size', 'face'],
      td: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
      th: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
      table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
      ol: ['start', 'type'],
    },
    allowedStyles: { '*': Object.fromEntries(STYLES.map((name) => [name, HARMLESS])) },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['cid'] },
    allowProtocolRelative: false,
    exclusiveFilter: ({ tag, attribs }) => tag === 'img' && attribs.src === undefined && attribs.alt === undefined,
    transformTags: {
      a: (tagName, attribs) => ({
        tagName,
        attribs: { ...attribs, rel: 'noopener noreferrer nofollow', target: '_blank' },
      }),
      img: (tagName, { src, ...attribs }) => ({
        tagName,
        attribs: src !== undefined && /^cid:/i.test(src.trim()) ? { ...attribs, src: src.trim() } : attribs,
      }),
    },
    nestingLimit: 200,
  }).trim()
}
