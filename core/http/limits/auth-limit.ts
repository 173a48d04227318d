import { createHash } from 'node:crypto'
import { RateLimiterRes } from 'rate-limiter-flexible'
import { UnavailableError } from '../../plugin/errors.ts'
import type { Actor } from '../../plugin/route.ts'
import { addressKey } from './address-key.ts'
import type { LimitSettings } from './settings.ts'
import { type LimitStore, type StoreLimiter, storeLimiter } from './store.ts'
import type { Verdict } from './verdict.ts'

/** Somebody who may be guessing a secret. */
export interface Attempt {
  readonly routeId: string
  readonly address: string
  readonly actor: Actor | undefined
  readonly payload: unknown
}

/** 503: the store could not be asked, and nobody is let at a secret uncounted. */
const RETRY_AFTER_SECONDS = 5

/**
 * Attempts at secrets: few for one account from one address, more from one address at all. Counted in the store before each
 * try, by all processes together; without the store there is no try (fail closed). An attempt that let somebody in forgets
 * the account's count, so that the limit is felt by those who guess.
 */
export class AuthLimit {
  readonly #settings: LimitSettings['auth']
  readonly #timeoutMs: number
  readonly #byAccount: StoreLimiter
  readonly #byAddress: StoreLimiter

  constructor(store: LimitStore, { auth, storeTimeoutMs }: Pick<LimitSettings, 'auth' | 'storeTimeoutMs'>) {
    this.#settings = auth
    this.#timeoutMs = storeTimeoutMs
    this.#byAccount = storeLimiter(store, 'auth', auth)
    this.#byAddress = storeLimiter(store, 'auth-address', { ...auth, points: auth.addressPoints })
  }

  /** @throws UnavailableError */
  async attempt(attempt: Attempt): Promise<Verdict> {
    const { points, addressPoints } = this.#settings
    const address = await this.#consume(this.#byAddress, addressKey(attempt.address), 'auth-address', addressPoints)
    return address.allowed ? this.#consume(this.#byAccount, accountKey(attempt), 'auth', points) : address
  }

  /** Somebody was let in, so it was no guess: an office behind one address signs in all morning. */
  async succeeded(attempt: Attempt): Promise<void> {
    // What cannot be forgotten now ends with its window.
    await Promise.allSettled([
      this.#byAccount.delete(accountKey(attempt)),
      this.#byAddress.reward(addressKey(attempt.address)),
    ])
  }

  async #consume(limiter: StoreLimiter, key: string, policy: string, limit: number): Promise<Verdict> {
    const { windowSeconds } = this.#settings
    const verdict = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes) => ({
      ...{ policy, allowed, limit, windowSeconds },
      remaining: allowed ? remainingPoints : 0,
      resetSeconds: Math.ceil(msBeforeNext / 1000),
    })
    try {
      return verdict(true, await within(this.#timeoutMs, limiter.consume(key)))
    } catch (error) {
      if (error instanceof RateLimiterRes) return verdict(false, error)
      throw new UnavailableError('limits.unavailable', 'Attempts cannot be counted, so none is taken.', {
        cause: error,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      })
    }
  }
}

/** The account as the request names it: who is signed in, or the address that is typed in. Hashed, as the store needs no names. */
function accountKey({ routeId, address, actor, payload }: Attempt): string {
  const named = actor === undefined ? emailOf(payload) : `${actor.kind}:${actor.id}`
  return createHash('sha256')
    .update([routeId, addressKey(address), named].join('\n'))
    .digest('base64url')
}

function emailOf(payload: unknown): string {
  const email = typeof payload === 'object' && payload !== null && 'email' in payload ? payload.email : ''
  return typeof email === 'string' ? email.trim().toLowerCase() : ''
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
