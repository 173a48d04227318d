/** Escapes that JSON knows and Postgres' jsonb refuses: NUL, and halves of surrogate pairs. */
const suspicious = /\\u(?:0000|d[89a-f])/i

/**
 * JSON that Postgres will store. A customer's text may hold a NUL or half an emoji; both become U+FFFD, as a decoder
 * would have made them. Costs one scan when there is nothing to mend.
 */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value)
  return suspicious.test(json) ? JSON.stringify(mend(value)) : json
}

function mend(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(mend)
  if (typeof value !== 'object' || value === null) return value
  if ('toJSON' in value && typeof value.toJSON === 'function') return mend(value.toJSON())
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [storableText(key), mend(held)]))
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}
