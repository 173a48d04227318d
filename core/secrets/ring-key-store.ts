import type { Knex } from 'knex'
import { asUnavailable } from '../data/unavailable.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'

/** What belongs to the installation lies under the nil UUID. */
export const INSTALLATION = '00000000-0000-0000-0000-000000000000'

/** A key as it lies in the database: wrapped. */
export interface StoredRingKey {
  readonly id: string
  readonly wrapped: string
  readonly created_by: string
  readonly created_at: Date
  readonly active_at: Date
  readonly reseal_started_at: Date | null
  readonly fanned_out_at: Date | null
  readonly resealed_at: Date | null
}

/** How far sealing anew under a key has come. */
export interface ResealState {
  /** With a job. */
  readonly tenants: number
  readonly done: number
  readonly resealed: number
  /** Values that no key opens. */
  readonly unreadable: number
}

/** Keys of the ring in the database. */
export class RingKeyStore {
  readonly #knex: Knex

  constructor(options: { readonly knex: Knex }) {
    this.#knex = options.knex
  }

  /** The latest first. @throws UnavailableError */
  list(): Promise<readonly StoredRingKey[]> {
    return this.#call<StoredRingKey>('select * from parley.ring_keys()')
  }

  /** @throws UnavailableError */
  async state(keyId: string): Promise<ResealState> {
    const [row] = await this.#call<Record<keyof ResealState, string>>('select * from parley.reseal_state(?)', [keyId])
    return {
      tenants: Number(row?.tenants ?? 0),
      done: Number(row?.done ?? 0),
      resealed: Number(row?.resealed ?? 0),
      unreadable: Number(row?.unreadable ?? 0),
    }
  }

  /** In a unit of work of the installation. */
  async add(uow: UnitOfWork, key: Pick<StoredRingKey, 'id' | 'wrapped' | 'created_by' | 'created_at' | 'active_at'>) {
    await uow.trx('parley.ring_key').insert({ tenant_id: uow.tenantId, ...key })
  }

  async remove(uow: UnitOfWork, id: string): Promise<void> {
    await uow.trx('parley.ring_key').where({ tenant_id: uow.tenantId, id }).delete()
    await uow.trx('parley.reseal_progress').where({ tenant_id: uow.tenantId, key_id: id }).delete()
  }

  /** Marks a step once: false when somebody else did. */
  async mark(
    uow: UnitOfWork,
    id: string,
    step: 'reseal_started_at' | 'fanned_out_at' | 'resealed_at',
    at: Date,
  ): Promise<boolean> {
    const marked = await uow
      .trx('parley.ring_key')
      .where({ tenant_id: uow.tenantId, id })
      .whereNull(step)
      .update({ [step]: at })
    return marked > 0
  }

  /** Back to the beginning of sealing anew. */
  async begin(uow: UnitOfWork, id: string): Promise<void> {
    const none = { reseal_started_at: null, fanned_out_at: null, resealed_at: null }
    await uow.trx('parley.ring_key').where({ tenant_id: uow.tenantId, id }).update(none)
  }

  async rewrap(uow: UnitOfWork, id: string, wrapped: string): Promise<void> {
    await uow.trx('parley.ring_key').where({ tenant_id: uow.tenantId, id }).update({ wrapped })
  }

  async #call<R>(sql: string, values: readonly string[] = []): Promise<readonly R[]> {
    try {
      const { rows } = await this.#knex.raw<{ rows: R[] }>(sql, values)
      return rows
    } catch (error) {
      throw asUnavailable(error)
    }
  }
}
