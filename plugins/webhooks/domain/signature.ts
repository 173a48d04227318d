import { createHmac, randomBytes } from 'node:crypto'

/** Standard Webhooks: 24 to 64 bytes behind `whsec_` (https://github.com/standard-webhooks/standard-webhooks). */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/**
 * The three headers. `webhook-id` is the event's id and the same over all tries, so a receiver knows a repetition by it.
 *
 * @param secrets each signs; more than one while an old secret runs out
 * @param now milliseconds
 */
export function signedHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000))
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
