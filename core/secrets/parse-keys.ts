import { ParleyError } from '../plugin/errors.ts'

/** One 256-bit key of the ring. The id stands in every ciphertext and token, so it is no secret and never reused. */
export interface RingKey {
  readonly id: string
  readonly key: Buffer
}

/** AES-256 and HMAC-SHA-256 both take 32 bytes. */
export const KEY_BYTES = 32
const KEY_ID = /^[A-Za-z0-9_-]{1,40}$/
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/**
 * Reads `id:base64,id:base64`; the first key encrypts. An error names the key by its id or its place, never by its bytes.
 */
export function parseKeys(text: string, from: string): RingKey[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  const keys = entries.map((entry, index) => {
    const colon = entry.indexOf(':')
    if (colon < 0)
      throw invalid(`${from}: key ${index + 1} of ${entries.length} must read "id:base64"; it has no colon.`)
    return parseKey(entry.slice(0, colon), entry.slice(colon + 1), `${from}: key ${index + 1}`)
  })
  return checkRing(keys, from)
}

/** One key from its two parts. `where` begins the error message. */
export function parseKey(id: string, base64: string, where: string): RingKey {
  if (!KEY_ID.test(id)) throw invalid(`${where}: the id must be 1 to 40 of A-Z a-z 0-9 _ -.`)
  if (!BASE64.test(base64)) throw invalid(`${where} ("${id}"): the part after the colon must be base64.`)
  const key = Buffer.from(base64, 'base64')
  if (key.length !== KEY_BYTES)
    throw invalid(`${where} ("${id}"): expected ${KEY_BYTES} bytes (openssl rand -base64 32), got ${key.length}.`)
  return { id, key }
}

/** A ring has at least one key, and no id twice. */
export function checkRing(keys: readonly RingKey[], from: string): RingKey[] {
  if (keys.length === 0) throw invalid(`${from}: expected at least one key, found none.`)
  const seen = new Set<string>()
  for (const { id } of keys) {
    if (seen.has(id)) throw invalid(`${from}: the key id "${id}" stands there twice.`)
    seen.add(id)
  }
  return [...keys]
}

function invalid(message: string): ParleyError {
  return new ParleyError('secrets.keys-invalid', message)
}
