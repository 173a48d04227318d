/** A JSON object of a vendor, before anything is believed about its fields. */
export type Json = Readonly<Record<string, unknown>>

/** The value when it is a plain JSON object. */
export function asRecord(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

/** The elements when it is an array, else none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A non-empty string. Numbers pass too: Meta sends some ids and codes as either. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined
}

/** A finite number, also when it came as a string (`"52.5"`). */
export function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** At most `max` UTF-16 units, never ending in half a character. */
export function clip(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max).toWellFormed()
}

/** Only the entries that have a value, so that optional fields stay absent rather than `undefined`. */
export function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
