/** Deeper than any payload of Meta; what nests deeper could exhaust the stack of whoever stores or prints it. */
const MAX_DEPTH = 64

export class TooDeep extends Error {}

/**
 * Makes parsed JSON storable: Postgres' jsonb takes neither NUL nor a lone surrogate, and one bad character in one
 * message would make the whole batch fail. NUL is dropped, a lone surrogate becomes U+FFFD. Throws {@link TooDeep}.
 */
export function clean(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) throw new TooDeep(`nested deeper than ${MAX_DEPTH}`)
  if (Array.isArray(value)) return value.map((element) => clean(element, depth + 1))
  const entries = Object.entries(value).map(([key, element]) => [cleanText(key), clean(element, depth + 1)] as const)
  return Object.fromEntries(entries)
}

function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '') : whole
}
