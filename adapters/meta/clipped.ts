import { asText, clip } from './json.ts'

/** The longest text that the contract stores. Meta's own limits are far below. */
const MAX_TEXT = 65_536

/** The longest id that the contract stores. A wamid has about 60 characters, an Instagram mid up to 164. */
const MAX_EXTERNAL_ID = 512

export function clipped(value: unknown): string | undefined {
  const text = asText(value)
  return text === undefined ? undefined : clip(text, MAX_TEXT)
}

/** A vendor's id of a message; `undefined` when it is none, or none that can be stored. */
export function externalIdOf(value: unknown): string | undefined {
  const id = asText(value)
  return id === undefined || id.length > MAX_EXTERNAL_ID ? undefined : id
}
