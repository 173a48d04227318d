import { UnavailableError } from '@parley/core'
import bcrypt from 'bcryptjs'
import pLimit from 'p-limit'
import type { PasswordSettings } from '../settings.ts'
import { hashArgon2, parseArgon2, verifyArgon2 } from './argon2.ts'

export interface Verdict {
  readonly ok: boolean
  /** Right, but stored in a weaker way than new ones: hash it anew. */
  readonly outdated: boolean
}

const WRONG: Verdict = { ok: false, outdated: false }
const BCRYPT = /^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/

/**
 * Hashes and checks passwords, a few at a time: each takes a core for a while, so that a flood of sign-ins would otherwise
 * stop everything else. An unknown person's password is checked too, against nothing, so that time tells nobody who exists.
 */
export class Passwords {
  readonly #settings: PasswordSettings
  readonly #limit: ReturnType<typeof pLimit>

  constructor(settings: PasswordSettings) {
    this.#settings = settings
    this.#limit = pLimit(settings.maxConcurrent)
  }

  /** @throws UnavailableError when too many wait */
  hash(password: string): Promise<string> {
    return this.#queued(() => hashArgon2(password, this.#settings))
  }

  /** `stored` is null for somebody who is unknown or has no password. @throws UnavailableError when too many wait */
  verify(password: string, stored: string | null): Promise<Verdict> {
    return this.#queued(() => this.#verify(password, stored))
  }

  async #verify(password: string, stored: string | null): Promise<Verdict> {
    const parsed = stored === null ? undefined : parseArgon2(stored)
    if (parsed !== undefined) {
      const { cost } = parsed
      const { memoryKib, passes } = this.#settings
      return { ok: await verifyArgon2(password, parsed), outdated: cost.memoryKib < memoryKib || cost.passes < passes }
    }
    if (stored !== null && this.#acceptable(stored)) {
      return { ok: await bcrypt.compare(password, stored), outdated: true }
    }
    await hashArgon2(password, this.#settings)
    return WRONG
  }

  /** Too few rounds are no protection, too many would hold the process up. */
  #acceptable(stored: string): boolean {
    if (!BCRYPT.test(stored)) return false
    const rounds = bcrypt.getRounds(stored)
    return rounds >= this.#settings.minBcryptRounds && rounds <= this.#settings.maxBcryptRounds
  }

  #queued<T>(work: () => Promise<T>): Promise<T> {
    if (this.#limit.pendingCount < this.#settings.maxWaiting) return this.#limit(work)
    throw new UnavailableError('accounts.busy', 'Too many passwords wait to be checked.')
  }
}
