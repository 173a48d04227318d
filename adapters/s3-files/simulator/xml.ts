import type { VendorReply } from '@parley/core/testing/vendor'

/** `[name, content]`: content is text, or elements. */
export type Element = readonly [name: string, content: string | readonly Element[]]

/** An answer as S3 words it. */
export function xml(status: number, root: Element): VendorReply {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${written(root)}`)
  return { status, body, headers: { 'content-type': 'application/xml' } }
}

export function s3Error(status: number, code: string): VendorReply {
  return xml(status, [
    'Error',
    [
      ['Code', code],
      ['Message', code],
    ],
  ])
}

function written([name, content]: Element): string {
  const inner = typeof content === 'string' ? escaped(content) : content.map(written).join('')
  return `<${name}>${inner}</${name}>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`)
}
