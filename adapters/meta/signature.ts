import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const PREFIX = 'sha256='

/**
 * `X-Hub-Signature-256: sha256=<hex HMAC-SHA256(app secret, raw bytes)>`, the same for WhatsApp, Messenger and Instagram.
 * Several secrets may be right: Instagram signs with the Facebook or the Instagram app secret, and a secret is rotated.
 * An empty secret matches nothing. Compares in constant time.
 */
export function signatureMatches(
  body: Buffer,
  header: string | string[] | undefined,
  secrets: readonly string[],
): boolean {
  if (typeof header !== 'string' || !header.startsWith(PREFIX)) return false
  const hex = header.slice(PREFIX.length)
  if (!/^[0-9a-f]{64}$/i.test(hex)) return false
  const given = Buffer.from(hex, 'hex')
  let matched = false
  for (const secret of secrets) {
    if (secret === '') continue
    if (timingSafeEqual(given, createHmac('sha256', secret).update(body).digest())) matched = true
  }
  return matched
}

/** The header a vendor would send: for simulators and tests. */
export function sign(body: Buffer | string, secret: string): string {
  return PREFIX + createHmac('sha256', secret).update(body).digest('hex')
}

/** Equal, without telling by its duration where they differ; the lengths may differ too. Empty never equals. */
export function secretsEqual(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right)) && left !== ''
}
