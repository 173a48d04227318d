/** @import { Texts } from './texts.js' */

const DAY_MS = 86_400_000

/**
 * @param {number} at
 * @param {string} lang
 */
export function timeOf(at, lang) {
  return new Intl.DateTimeFormat(lang, { hour: 'numeric', minute: '2-digit' }).format(at)
}

/**
 * @param {number} at
 * @param {string} lang
 * @param {Texts} texts
 * @param {number} now
 */
export function dayName(at, lang, texts, now) {
  const midnight = (/** @type {number} */ time) => new Date(time).setHours(0, 0, 0, 0)
  const days = Math.round((midnight(now) - midnight(at)) / DAY_MS)
  if (days === 0) return texts.today
  if (days === 1) return texts.yesterday
  return new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long' }).format(at)
}

/**
 * @param {number} bytes
 * @param {string} lang
 */
export function sizeOf(bytes, lang) {
  const [unit, value] = bytes >= 1024 * 1024 ? ['megabyte', bytes / 1024 / 1024] : ['kilobyte', bytes / 1024]
  const format = { style: /** @type {const} */ ('unit'), unit, maximumFractionDigits: value < 10 ? 1 : 0 }
  return new Intl.NumberFormat(lang, format).format(value)
}

const URLS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g

/**
 * Text in pieces, links apart. Only http and https become links, so that no message can run a script.
 *
 * @param {string} text
 * @returns {{ text: string, url?: string }[]}
 */
export function linked(text) {
  /** @type {{ text: string, url?: string }[]} */
  const pieces = []
  let at = 0
  for (const match of text.matchAll(URLS)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) })
    pieces.push({ text: match[0], url: match[0] })
    at = match.index + match[0].length
  }
  return at < text.length ? [...pieces, { text: text.slice(at) }] : pieces
}

/** The web address itself, or nothing when it is something else. @param {string} url */
export function webUrl(url) {
  if (url.startsWith('/api/')) return url
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined
}
