import { fold } from '@parley/core'

export interface KeywordRule {
  readonly words: readonly string[]
  readonly answer: string
}

export interface KeywordMatcher {
  /** The rule whose word stands in the text; the first rule wins. */
  match(text: string): KeywordRule | undefined
}

/** Scripts written without spaces: there, a word may stand anywhere. */
const SPACELESS =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Khmer}|\p{Script=Myanmar}/u
const SYNTAX = /[\\^$.*+?()[\]{}|/]/g
const LETTER = '[\\p{L}\\p{N}\\p{M}]'

/** Whole words, whatever the case and the accents: `preis` is in "Der PREIS?" and not in "preiswert". */
export function compileKeywords(rules: readonly KeywordRule[]): KeywordMatcher {
  const compiled = rules.flatMap((rule) => {
    const words = rule.words.map((word) => pattern(word)).filter((word) => word !== '')
    return words.length === 0 ? [] : [{ rule, expression: new RegExp(words.join('|'), 'u') }]
  })
  return {
    match(text) {
      if (compiled.length === 0 || text === '') return undefined
      const folded = fold(text)
      return compiled.find(({ expression }) => expression.test(folded))?.rule
    },
  }
}

function pattern(word: string): string {
  const folded = fold(word).trim()
  const first = [...folded][0]
  const last = [...folded].at(-1)
  if (first === undefined || last === undefined) return ''
  const body = folded.replace(SYNTAX, '\\$&').replace(/\s+/g, '\\s+')
  return `${SPACELESS.test(first) ? '' : `(?<!${LETTER})`}${body}${SPACELESS.test(last) ? '' : `(?!${LETTER})`}`
}
