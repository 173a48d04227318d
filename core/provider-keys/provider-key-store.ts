import { newId } from '../plugin/new-id.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { KeyRing } from '../secrets/index.ts'

/** A key as it may be shown: never the key itself. */
export interface ProviderKey {
  readonly id: string
  readonly provider: string
  readonly name: string
  /** The lowest is used first. */
  readonly priority: number
  readonly enabled: boolean
  readonly restingUntil: Date | null
  /** Why it rests. */
  readonly restingFor: string | null
  readonly uses: number
  readonly failures: number
  readonly lastUsedAt: Date | null
  readonly createdAt: Date
}

export interface NewProviderKey {
  readonly provider: string
  readonly name: string
  readonly secret: string
  readonly priority: number
}

export interface ProviderKeyPatch {
  readonly name?: string
  readonly priority?: number
  readonly enabled?: boolean
  /** A new secret for the same key; it is rested no longer. */
  readonly secret?: string
}

/** What is known of a key's use since it was written last. */
export interface KeyUse {
  readonly uses: number
  readonly failures: number
  readonly lastUsedAt: Date
}

interface Row {
  readonly tenant_id: string
  readonly id: string
  readonly provider: string
  readonly name: string
  readonly priority: number
  readonly secret: string
  readonly enabled: boolean
  readonly resting_until: Date | null
  readonly resting_for: string | null
  readonly uses: string
  readonly failures: string
  readonly last_used_at: Date | null
  readonly created_at: Date
}

/** Keys of the unit of work's tenant; under the nil UUID those of the installation. */
export class ProviderKeyStore {
  readonly #ring: KeyRing
  readonly #clock: Clock

  constructor(options: { readonly ring: KeyRing; readonly clock: Clock }) {
    this.#ring = options.ring
    this.#clock = options.clock
  }

  async create(uow: UnitOfWork, { provider, name, secret, priority }: NewProviderKey): Promise<ProviderKey> {
    const [id, now] = [newId(), this.#clock.now()]
    const [row] = await rowsOf(uow)
      .insert({
        ...{ tenant_id: uow.tenantId, id, provider, name, priority, enabled: true, created_at: now, updated_at: now },
        secret: this.#ring.seal(secret, contextOf(uow.tenantId, id)),
      })
      .returning('*')
    return keyOf(row)
  }

  /** In the order they are used. */
  async list(uow: UnitOfWork, provider?: string): Promise<readonly ProviderKey[]> {
    const query = rowsOf(uow).where({ tenant_id: uow.tenantId }).orderBy(['provider', 'priority', 'id'])
    return (await (provider === undefined ? query : query.where({ provider }))).map(keyOf)
  }

  /** With the secrets; for calling the service only. */
  async open(uow: UnitOfWork, provider: string): Promise<readonly (ProviderKey & { readonly secret: string })[]> {
    const rows: readonly Row[] = await rowsOf(uow)
      .where({ tenant_id: uow.tenantId, provider, enabled: true })
      .orderBy(['priority', 'id'])
    return rows.map((row) => ({
      ...keyOf(row),
      secret: this.#ring.open(row.secret, contextOf(row.tenant_id, row.id)),
    }))
  }

  /** `undefined` when there is no such key. */
  async change(uow: UnitOfWork, id: string, patch: ProviderKeyPatch): Promise<ProviderKey | undefined> {
    const { secret, ...plain } = patch
    const fresh = { resting_until: null, resting_for: null }
    const [row] = await rowsOf(uow)
      .where({ tenant_id: uow.tenantId, id })
      .update({
        ...plain,
        ...(secret === undefined ? {} : { ...fresh, secret: this.#ring.seal(secret, contextOf(uow.tenantId, id)) }),
        updated_at: this.#clock.now(),
      })
      .returning('*')
    return row === undefined ? undefined : keyOf(row)
  }

  async remove(uow: UnitOfWork, id: string): Promise<boolean> {
    return (await rowsOf(uow).where({ tenant_id: uow.tenantId, id }).delete()) > 0
  }

  async rest(uow: UnitOfWork, id: string, until: Date, why: string): Promise<void> {
    await rowsOf(uow).where({ tenant_id: uow.tenantId, id }).update({ resting_until: until, resting_for: why })
  }

  async addUse(uow: UnitOfWork, id: string, { uses, failures, lastUsedAt }: KeyUse): Promise<void> {
    await rowsOf(uow)
      .where({ tenant_id: uow.tenantId, id })
      .update({
        uses: uow.trx.raw('uses + ?', [uses]),
        failures: uow.trx.raw('failures + ?', [failures]),
        last_used_at: uow.trx.raw('greatest(last_used_at, ?::timestamptz)', [lastUsedAt]),
      })
  }
}

function rowsOf({ trx }: UnitOfWork) {
  return trx('parley.provider_key')
}

function contextOf(tenantId: string, id: string) {
  return { tenantId, purpose: 'provider_key.secret', id }
}

function keyOf(row: Row): ProviderKey {
  return {
    id: row.id,
    provider: row.provider,
    name: row.name,
    priority: row.priority,
    enabled: row.enabled,
    restingUntil: row.resting_until,
    restingFor: row.resting_for,
    uses: Number(row.uses),
    failures: Number(row.failures),
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
  }
}
