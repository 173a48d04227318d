import { type Clock, newId, type Sealer, type UnitOfWork } from '@parley/core'
import { type OneTimeKind, OneTimeToken } from '../models/secrets.ts'
import { PLATFORM } from '../platform.ts'
import { hashSecret, newSecret } from './secret-token.ts'

export interface Redeemed {
  readonly id: string
  readonly userId: string | null
  readonly data: Readonly<Record<string, string>>
}

const PURPOSE = 'one_time_token.data'

/**
 * Tokens that work once, for a while: in a link, or between two steps of a sign-in. Stored as SHA-256; what they carry is
 * sealed. A new one of a kind for a person ends the ones before.
 */
export class OneTimeTokens {
  readonly #clock: Clock
  readonly #sealer: Sealer

  constructor({ clock, sealer }: { clock: Clock; sealer: Sealer }) {
    this.#clock = clock
    this.#sealer = sealer
  }

  /** `token`: a secret that is known already, as the `state` of a sign-in elsewhere. */
  async issue(
    uow: UnitOfWork,
    kind: OneTimeKind,
    wanted: { userId?: string; data?: Readonly<Record<string, string>>; seconds: number; token?: string },
  ): Promise<{ readonly id: string; readonly token: string }> {
    const { userId, data, seconds, token = newSecret() } = wanted
    const now = this.#clock.now()
    await OneTimeToken.in(uow).delete().where('expires_at', '<', now)
    if (userId !== undefined) await this.withdraw(uow, kind, userId)
    const id = newId()
    await OneTimeToken.in(uow).insert({
      id,
      kind,
      hash: hashSecret(token),
      user_id: userId ?? null,
      data: data === undefined ? null : this.#sealer.seal(JSON.stringify(data), placeOf(id)),
      attempts: 0,
      created_at: now,
      expires_at: new Date(now.getTime() + seconds * 1000),
      used_at: null,
    })
    return { id, token }
  }

  /** Takes the token: whoever comes second gets `undefined`, like whoever comes too late. */
  async redeem(uow: UnitOfWork, kind: OneTimeKind, token: string): Promise<Redeemed | undefined> {
    const row = await this.#find(uow, kind, token)
    if (row === undefined) return undefined
    await OneTimeToken.in(uow).where('id', row.id).patch({ used_at: this.#clock.now() })
    return this.#opened(row)
  }

  /** Looks without taking, and locks: for a token that outlives some wrong answers. Counts the attempt. */
  async attempt(uow: UnitOfWork, kind: OneTimeKind, token: string, most: number): Promise<Redeemed | undefined> {
    const row = await this.#find(uow, kind, token)
    if (row === undefined || row.attempts >= most) return undefined
    await OneTimeToken.in(uow)
      .where('id', row.id)
      .patch({ attempts: row.attempts + 1 })
    return this.#opened(row)
  }

  /** Changes what an unused token carries. */
  async carry(uow: UnitOfWork, id: string, data: Readonly<Record<string, string>>): Promise<void> {
    await OneTimeToken.in(uow)
      .where('id', id)
      .patch({ data: this.#sealer.seal(JSON.stringify(data), placeOf(id)) })
  }

  async take(uow: UnitOfWork, id: string): Promise<void> {
    await OneTimeToken.in(uow).where('id', id).patch({ used_at: this.#clock.now() })
  }

  /** Ends what a person still has of a kind. */
  async withdraw(uow: UnitOfWork, kind: OneTimeKind, userId: string): Promise<void> {
    await OneTimeToken.in(uow).delete().where({ kind, user_id: userId })
  }

  async #find(uow: UnitOfWork, kind: OneTimeKind, token: string): Promise<OneTimeToken | undefined> {
    return OneTimeToken.in(uow)
      .findOne({ kind, hash: hashSecret(token) })
      .whereNull('used_at')
      .where('expires_at', '>', this.#clock.now())
      .forUpdate()
  }

  #opened({ id, user_id: userId, data }: OneTimeToken): Redeemed {
    return { id, userId, data: data === null ? {} : JSON.parse(this.#sealer.open(data, placeOf(id))) }
  }
}

const placeOf = (id: string) => ({ tenantId: PLATFORM, purpose: PURPOSE, id })
