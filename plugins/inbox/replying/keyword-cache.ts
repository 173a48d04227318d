import { compileKeywords, type KeywordMatcher, type KeywordRule } from '../domain/keywords.ts'

/** Compiles a set of rules once for as long as the settings hand out the same one. */
export class KeywordCache {
  readonly #compiled = new WeakMap<readonly KeywordRule[], KeywordMatcher>()

  of(rules: readonly KeywordRule[]): KeywordMatcher {
    const known = this.#compiled.get(rules) ?? compileKeywords(rules)
    this.#compiled.set(rules, known)
    return known
  }
}
