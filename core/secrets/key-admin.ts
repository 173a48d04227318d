import type { Audit, AuditActor } from '../contracts/ports/audit.ts'
import { type Result, refuse } from '../plugin/result.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import type { Tenants } from '../tenancy/tenants.ts'
import type { KeyRing } from './key-ring.ts'
import { countUnder } from './reseal.ts'
import { INSTALLATION, type ResealState, type RingKeyStore, type StoredRingKey } from './ring-key-store.ts'
import type { SecretsSettings } from './settings.ts'
import { newWrappedKey, rewrapped } from './wrapped-key.ts'

export interface KeyAdminParts {
  readonly database: Database
  readonly clock: Clock
  readonly root: KeyRing
  readonly store: RingKeyStore
  readonly tenants: Pick<Tenants, 'list'>
  readonly audit: Audit
  readonly settings: SecretsSettings
}

/** `coming` → `sealing` (the one that seals) → `opening` (opens and verifies what it made). */
export interface KeyStatus {
  readonly id: string
  readonly state: 'coming' | 'sealing' | 'opening'
  readonly createdAt: Date
  readonly activeAt: Date
  /** Everything that was under older keys is under this one. */
  readonly resealedAt: Date | null
  readonly reseal: ResealState
}

export type RotateRefusal = 'under-way'
export type RetireRefusal = 'not-found' | 'in-use' | 'under-way' | 'too-early'

/** Tenants asked at once. */
const PAGE = 500

/** Rotation of the ring's keys, for those who run the installation. */
export class KeyAdmin {
  readonly #parts: KeyAdminParts

  constructor(parts: KeyAdminParts) {
    this.#parts = parts
  }

  /** The latest first; empty while the root key still seals everything itself. */
  async status(): Promise<readonly KeyStatus[]> {
    const { store, clock } = this.#parts
    const keys = await store.list()
    const current = currentOf(keys, clock.now())
    return Promise.all(
      keys.map(async (key) => ({
        id: key.id,
        state: key === current ? 'sealing' : key.active_at > clock.now() ? 'coming' : 'opening',
        createdAt: key.created_at,
        activeAt: key.active_at,
        resealedAt: key.resealed_at,
        reseal: await store.state(key.id),
      })),
    )
  }

  /** Makes a new key. Running servers come to know it, then seal with it, then seal anew what is under older ones. */
  async rotate(by: AuditActor): Promise<Result<{ readonly id: string; readonly activeAt: Date }, RotateRefusal>> {
    const { store, root, clock, database, settings, audit } = this.#parts
    const unfinished = (await store.list()).find((key) => key.resealed_at === null)
    if (unfinished !== undefined)
      return refuse('under-way', `The rotation to ${unfinished.id} has not ended yet.`, true)
    const now = clock.now()
    const activeAt = new Date(now.getTime() + settings.activateAfterMs)
    const { id, wrapped } = newWrappedKey(root)
    await database.transaction(INSTALLATION, async (uow) => {
      await this.#rewrapAll(uow)
      await store.add(uow, { id, wrapped, created_by: `${by.kind}:${by.id}`, created_at: now, active_at: activeAt })
      await audit.record(uow, { action: 'key.rotated', target: { kind: 'ring-key', id }, actor: by })
    })
    return { ok: true, id, activeAt }
  }

  /**
   * Takes an old key away for good. Refused while anything is sealed with it, and while tokens it signed may be out there;
   * `now` ends those.
   */
  async retire(id: string, by: AuditActor, { now = false } = {}): Promise<Result<object, RetireRefusal>> {
    const { store, clock, database, settings, audit } = this.#parts
    const keys = await store.list()
    const key = keys.find((one) => one.id === id)
    if (key === undefined) return refuse('not-found', `There is no key ${id}.`)
    const current = currentOf(keys, clock.now())
    if (current === undefined || key.active_at >= current.active_at)
      return refuse('in-use', `${id} is the key that seals; rotate first.`)
    if (current.resealed_at === null)
      return refuse('under-way', `What is under ${id} is still being sealed anew under ${current.id}.`, true)
    const successor = keys.findLast((one) => one.active_at > key.active_at) ?? current
    const until = successor.active_at.getTime() + settings.retireAfterMs
    if (!now && until > clock.millis()) {
      return refuse(
        'too-early',
        `Tokens that ${id} signed may be valid until ${new Date(until).toISOString()}; --now ends them.`,
        true,
      )
    }
    const left = await this.rowsUnder(id)
    if (left > 0) return refuse('in-use', `${left} values are still under ${id}.`)
    await database.transaction(INSTALLATION, async (uow) => {
      await store.remove(uow, id)
      await audit.record(uow, { action: 'key.retired', target: { kind: 'ring-key', id }, actor: by })
    })
    return { ok: true }
  }

  /** Seals anew once more: for what a process that was asleep has sealed with an old key meanwhile. */
  async resealAgain(by: AuditActor): Promise<Result<{ readonly id: string }, 'not-found' | 'under-way'>> {
    const { store, clock, database, audit } = this.#parts
    const current = currentOf(await store.list(), clock.now())
    if (current === undefined) return refuse('not-found', 'There is no key but the root key; rotate first.')
    if (current.resealed_at === null) return refuse('under-way', `Sealing anew under ${current.id} has not ended yet.`)
    await database.transaction(INSTALLATION, async (uow) => {
      await store.begin(uow, current.id)
      await audit.record(uow, { action: 'key.resealed', target: { kind: 'ring-key', id: current.id }, actor: by })
    })
    return { ok: true, id: current.id }
  }

  /** How many values of all tenants are under a key. */
  async rowsUnder(keyId: string): Promise<number> {
    const { database, tenants } = this.#parts
    const count = (tenantId: string) => database.transaction(tenantId, (uow) => countUnder(uow, keyId))
    let total = await count(INSTALLATION)
    let after: string | undefined
    for (;;) {
      const page = await tenants.list(after === undefined ? { limit: PAGE } : { after, limit: PAGE })
      for (const { id } of page) total += await count(id)
      after = page.at(-1)?.id
      if (page.length < PAGE || after === undefined) return total
    }
  }

  /** Under the root key that is first now: after it was changed, the one before is needed no longer. */
  async #rewrapAll(uow: UnitOfWork): Promise<void> {
    const { store, root } = this.#parts
    for (const key of await store.list()) {
      const wrapped = rewrapped(root, key)
      if (wrapped !== undefined) await store.rewrap(uow, key.id, wrapped)
    }
  }
}

function currentOf(keys: readonly StoredRingKey[], now: Date): StoredRingKey | undefined {
  return keys.find((key) => key.active_at <= now)
}
