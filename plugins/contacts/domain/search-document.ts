import type { Identity } from '@parley/core'
import { fold } from '@parley/core'

const WORD = /[\p{L}\p{N}\p{M}]+/gu
const LONGEST = 64
/** People search a number by its last digits, never by fewer than these. */
const SHORTEST_TAIL = 4

/** Words of a contact's index entry, with the tenant's mark: what the index keeps tenants apart by. */
export function documentOf(
  tenantId: string,
  contact: { readonly name: string; readonly username: string | null },
  identities: readonly Identity[],
): string[] {
  const words = [contact.name, contact.username ?? '', ...identities.map((identity) => identity.value)].flatMap(wordsOf)
  const tails = identities.filter((identity) => identity.kind === 'phone').flatMap(({ value }) => tailsOf(value))
  return [...new Set([markOf(tenantId), ...words, ...tails])]
}

/** A tsquery that finds contacts whose words begin with all words of the text; `undefined` when it has none. */
export function queryOf(tenantId: string, text: string): string | undefined {
  const words = isNumber(text) ? [digitsOf(text).replace(/^0+/, '')] : wordsOf(text)
  const terms = words.filter((word) => word !== '').map((word) => `'${word}':*`)
  return terms.length === 0 ? undefined : [`'${markOf(tenantId)}'`, ...terms].join(' & ')
}

/** `~` never stands in a word. */
function markOf(tenantId: string): string {
  return `~${tenantId.replaceAll('-', '')}`
}

function wordsOf(text: string): string[] {
  return (fold(text).match(WORD) ?? []).map((word) => [...word].slice(0, LONGEST).join(''))
}

function tailsOf(phone: string): string[] {
  const digits = digitsOf(phone)
  return Array.from({ length: Math.max(0, digits.length - SHORTEST_TAIL + 1) }, (_, start) => digits.slice(start))
}

function isNumber(text: string): boolean {
  return /^[\s+()/.\-\d]*\d[\s+()/.\-\d]*$/.test(text)
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}
