import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'

export const SIGNATURE_HEADER = 'x-twilio-email-event-webhook-signature'
export const TIMESTAMP_HEADER = 'x-twilio-email-event-webhook-timestamp'

export interface SignedCall {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/**
 * ECDSA over P-256 with SHA-256, of the timestamp's text and the raw bytes, one after the other (Twilio's "Event Webhook
 * Security Features"). `publicKey` is base64 of a DER SubjectPublicKeyInfo. A timestamp that is too old, or not a time at all,
 * is refused; one in the future as well, as far as clocks agree.
 */
export function signatureMatches(
  { body, headers }: SignedCall,
  publicKey: string,
  clock: { readonly nowMs: number; readonly maxAgeSeconds: number },
): boolean {
  const [signature, timestamp] = [headers[SIGNATURE_HEADER], headers[TIMESTAMP_HEADER]]
  if (typeof signature !== 'string' || typeof timestamp !== 'string' || !/^\d{1,15}$/.test(timestamp)) return false
  const age = clock.nowMs / 1000 - Number(timestamp)
  if (age > clock.maxAgeSeconds || age < -CLOCK_SKEW_SECONDS) return false
  return isSignedBy(publicKey, { body, signature, timestamp })
}

const CLOCK_SKEW_SECONDS = 300

export function isSignedBy(
  publicKey: string,
  { body, signature, timestamp }: { body: Buffer; signature: string; timestamp: string },
): boolean {
  const key = keyOf(publicKey)
  if (key === undefined) return false
  return verify('sha256', Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'base64'))
}

/** `undefined` when it is no key of this curve. */
export function keyOf(publicKey: string): KeyObject | undefined {
  if (publicKey === '') return undefined
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined // No key at all: nothing can be signed by it.
  }
}

/** How a token is kept: who reads it in a connection's settings cannot use it. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
