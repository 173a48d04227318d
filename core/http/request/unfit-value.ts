import type { FieldError } from '../answer/problem.ts'

/** Values inside values. What people send has a dozen; a reader that calls itself falls over at some thousands. */
const MOST_DEPTH = 100

/**
 * What no schema asks about and nothing behind it can bear, wherever it stands in an input: a text with NUL, which Postgres
 * keeps in no column, and nesting without end. Bytes of files may be what they like.
 */
export function unfitValue(place: string, input: unknown): FieldError | undefined {
  let level: readonly unknown[] = [input]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_DEPTH) return { field: place, message: `more than ${MOST_DEPTH} values inside one another` }
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value === 'string' && value.includes('\0'))
        return { field: place, message: 'a text holds the character U+0000' }
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue
      for (const [key, held] of Object.entries(value)) next.push(key, held)
    }
    level = next
  }
  return undefined
}
