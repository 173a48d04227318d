import { createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedCall {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What Svix signs a call with: `v1,<base64 HMAC-SHA256 over "<id>.<timestamp>.<body>">`, several parted by spaces. */
export function svixSignature(secret: string, id: string, timestamp: string, body: Buffer): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

/** Compares in constant time; a secret without bytes matches nothing, nor does a call that is older than it may be. */
export function signatureMatches(
  { body, headers }: SignedCall,
  secret: string,
  clock: { readonly nowMs: number; readonly maxAgeSeconds: number },
): boolean {
  const { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': given } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') return false
  if (!/^\d{1,15}$/.test(timestamp)) return false
  if (Math.abs(clock.nowMs / 1000 - Number(timestamp)) > clock.maxAgeSeconds) return false
  if (Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length === 0) return false
  const expected = Buffer.from(svixSignature(secret, id, timestamp, body))
  return given.split(' ').some((one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected))
}
