import { fold } from '@parley/core'

const RUN = /[\p{L}\p{N}\p{M}]+/gu
/** Scripts without spaces: their runs are cut into pairs of signs, so that a search finds the middle of a sentence. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu
const LONGEST_WORD = 64
const MOST_WORDS = 300

/** Index entry of a text, with the tenant's mark: what the index keeps tenants apart by. Empty for a text without words. */
export function wordsOf(tenantId: string, text: string): string[] {
  const words = [...new Set(terms(text))].slice(0, MOST_WORDS)
  return words.length === 0 ? [] : [markOf(tenantId), ...words]
}

/** A tsquery for texts that have words beginning with all of the query's; `undefined` when it has no words. */
export function queryOf(tenantId: string, text: string): string | undefined {
  const words = [...new Set(terms(text))].slice(0, MOST_WORDS).map((word) => `'${word}':*`)
  return words.length === 0 ? undefined : [`'${markOf(tenantId)}'`, ...words].join(' & ')
}

/** `~` never stands in a word. */
function markOf(tenantId: string): string {
  return `~${tenantId.replaceAll('-', '')}`
}

function terms(text: string): string[] {
  return (fold(text).match(RUN) ?? []).flatMap((run) => {
    const spaced = run.replace(SPACELESS, ' ').match(RUN) ?? []
    const pairs = (run.match(SPACELESS) ?? []).flatMap(pairsOf)
    return [...spaced.map((word) => [...word].slice(0, LONGEST_WORD).join('')), ...pairs]
  })
}

function pairsOf(run: string): string[] {
  const signs = [...run]
  if (signs.length === 1) return signs
  return signs.slice(1).map((sign, index) => `${signs[index]}${sign}`)
}
