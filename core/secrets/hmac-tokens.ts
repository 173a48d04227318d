import { createHmac, timingSafeEqual } from 'node:crypto'
import { ParleyError } from '../plugin/errors.ts'
import type { Clock, TokenSigner } from '../plugin/services.ts'
import type { KeyRing } from './key-ring.ts'

/** Longer tokens are refused before anything is computed: claims are a few ids, never content. */
const MAX_TOKEN_LENGTH = 4096

/**
 * `<key id>.<base64url of {"e":expiry seconds,"c":claims}>.<base64url HMAC-SHA-256>`. The MAC key is derived per purpose, so
 * a token made for one purpose verifies for no other. Tokens of every key in the ring are accepted; the first key signs.
 * Claims are readable by whoever holds the token: signed, not hidden.
 */
export class HmacTokens implements TokenSigner {
  readonly #ring: KeyRing
  readonly #clock: Clock

  constructor(ring: KeyRing, clock: Clock) {
    this.#ring = ring
    this.#clock = clock
  }

  sign(purpose: string, claims: Readonly<Record<string, string>>, ttlSeconds: number): string {
    if (!(ttlSeconds > 0)) throw new ParleyError('tokens.ttl-invalid', `ttlSeconds must be above 0, got ${ttlSeconds}.`)
    const expiry = Math.floor(this.#clock.millis() / 1000 + ttlSeconds)
    const payload = Buffer.from(JSON.stringify({ e: expiry, c: claims })).toString('base64url')
    const signed = `${this.#ring.currentKeyId}.${payload}`
    const token = `${signed}.${this.#mac(purpose, this.#ring.currentKeyId, signed)}`
    if (token.length > MAX_TOKEN_LENGTH)
      throw new ParleyError(
        'tokens.too-long',
        `Claims for "${purpose}" make a token above ${MAX_TOKEN_LENGTH} characters.`,
      )
    return token
  }

  verify(purpose: string, token: string): Readonly<Record<string, string>> | undefined {
    if (token.length > MAX_TOKEN_LENGTH) return undefined
    const [keyId, payload, mac, ...more] = token.split('.')
    if (keyId === undefined || payload === undefined || mac === undefined || more.length > 0) return undefined
    if (!this.#ring.has(keyId)) return undefined
    // The texts are compared, not the bytes they decode to: base64 has several spellings of the same bytes.
    const expected = Buffer.from(this.#mac(purpose, keyId, `${keyId}.${payload}`))
    const given = Buffer.from(mac)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    // Only what this ring signed gets here, so the payload is ours and well-formed.
    const { e: expiry, c: claims } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
      e: number
      c: Record<string, string>
    }
    return this.#clock.millis() < expiry * 1000 ? claims : undefined
  }

  #mac(purpose: string, keyId: string, signed: string): string {
    return createHmac('sha256', this.#ring.subKey(`token:${purpose}`, keyId))
      .update(signed)
      .digest('base64url')
  }
}
