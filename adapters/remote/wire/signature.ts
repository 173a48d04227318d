import { createHmac, timingSafeEqual } from 'node:crypto'

export const ID_HEADER = 'webhook-id'
export const TIMESTAMP_HEADER = 'webhook-timestamp'
export const SIGNATURE_HEADER = 'webhook-signature'

/** Lengths of a key in bytes, and no header with more signatures than any rotation needs. */
const MIN_KEY = 24
const MAX_KEY = 64
const MAX_SIGNATURES = 10

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/**
 * Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks): `v1,` and the base64 HMAC-SHA256 of
 * `<id>.<timestamp>.<content>`. Every secret signs, so that either side may change them one after the other.
 *
 * @param now milliseconds
 * @returns `undefined` when none of the secrets can sign
 */
export function signedHeaders(
  id: string,
  content: string | Buffer,
  secrets: readonly string[],
  now: number,
): Readonly<Record<string, string>> | undefined {
  const keys = keysOf(secrets)
  if (keys.length === 0) return undefined
  const timestamp = String(Math.floor(now / 1000))
  const signatures = keys.map((key) => `v1,${hmac(key, id, timestamp, content).toString('base64')}`)
  return { [ID_HEADER]: id, [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: signatures.join(' ') }
}

/** True when one of the signatures is by one of the secrets, and its time is near. Compares in constant time. */
export function isSigned(
  headers: Headers,
  content: string | Buffer,
  by: { readonly secrets: readonly string[]; readonly now: number; readonly toleranceSeconds: number },
): boolean {
  const [id, timestamp, given] = [headers[ID_HEADER], headers[TIMESTAMP_HEADER], headers[SIGNATURE_HEADER]]
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') return false
  if (!/^\d{1,12}$/.test(timestamp)) return false
  if (Math.abs(by.now / 1000 - Number(timestamp)) > by.toleranceSeconds + 1) return false
  const signatures = given
    .split(' ')
    .slice(0, MAX_SIGNATURES)
    .filter((one) => one.startsWith('v1,'))
  let matched = false
  for (const key of keysOf(by.secrets)) {
    const right = hmac(key, id, timestamp, content)
    for (const one of signatures) {
      const bytes = Buffer.from(one.slice(3), 'base64')
      if (bytes.length === right.length && timingSafeEqual(bytes, right)) matched = true
    }
  }
  return matched
}

/** The secrets of a connection or an endpoint: the new one, and the one before while it runs out. */
export function secretsIn(named: Readonly<Record<string, string>>): readonly string[] {
  return [named.signingSecret ?? '', named.previousSigningSecret ?? ''].filter((secret) => secret !== '')
}

/** What is too short to be a secret is none. */
function keysOf(secrets: readonly string[]): readonly Buffer[] {
  return secrets
    .map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .filter(({ length }) => length >= MIN_KEY && length <= MAX_KEY)
}

function hmac(key: Buffer, id: string, timestamp: string, content: string | Buffer): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(content).digest()
}
