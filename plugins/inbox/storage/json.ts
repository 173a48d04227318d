const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i

/** JSON that Postgres stores: NUL and half emoji, which jsonb refuses, become U+FFFD. Costs one scan when all is well. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value)
  if (!SUSPICIOUS.test(json)) return json
  return JSON.stringify(value, (_key, held) =>
    typeof held === 'string' ? held.toWellFormed().replaceAll('\0', '\uFFFD') : held,
  )
}
