import { randomBytes } from 'node:crypto'
import { type Clock, newId, type Sealer, type UnitOfWork } from '@parley/core'
import type { ConsentSettings } from '../settings.ts'

export const SALT_PURPOSE = 'salt'

interface Known {
  readonly salt: Buffer | undefined
  readonly until: number
}

/** Each tenant's salt: made with the first address that is kept, sealed in its table, the same for ever after. */
export class Salts {
  readonly #clock: Clock
  readonly #sealer: Sealer
  readonly #settings: ConsentSettings
  readonly #known = new Map<string, Known>()

  constructor(parts: { readonly clock: Clock; readonly sealer: Sealer; readonly settings: ConsentSettings }) {
    this.#clock = parts.clock
    this.#sealer = parts.sealer
    this.#settings = parts.settings
  }

  /** `undefined`: this tenant keeps no address yet. A round trip when it is not in memory. */
  async find(uow: UnitOfWork): Promise<Buffer | undefined> {
    const known = this.#known.get(uow.tenantId)
    if (known !== undefined && known.until > this.#clock.millis()) return known.salt
    const salt = await this.#read(uow)
    const until = salt === undefined ? this.#clock.millis() + this.#settings.saltAbsentMs : Number.POSITIVE_INFINITY
    uow.afterCommit(() => this.#remember(uow.tenantId, { salt, until }))
    return salt
  }

  async findOrMake(uow: UnitOfWork): Promise<Buffer> {
    const salt = this.#known.get(uow.tenantId)?.salt ?? (await this.#read(uow))
    return salt ?? (await this.#make(uow))
  }

  async #make(uow: UnitOfWork): Promise<Buffer> {
    const id = newId()
    const salt = randomBytes(32)
    const value = this.#sealer.seal(salt.toString('base64'), { tenantId: uow.tenantId, purpose: SALT_PURPOSE, id })
    await uow.trx('consent.salt').insert({ tenant_id: uow.tenantId, id, value }).onConflict('tenant_id').ignore()
    // Somebody else may have made one at the same time; then theirs counts.
    const counts = (await this.#read(uow)) ?? salt
    uow.afterCommit(() => this.#remember(uow.tenantId, { salt: counts, until: Number.POSITIVE_INFINITY }))
    return counts
  }

  async #read(uow: UnitOfWork): Promise<Buffer | undefined> {
    const { tenantId } = uow
    const row: { id: string; value: string } | undefined = await uow
      .trx('consent.salt')
      .where({ tenant_id: tenantId })
      .first('id', 'value')
    if (row === undefined) return undefined
    return Buffer.from(this.#sealer.open(row.value, { tenantId, purpose: SALT_PURPOSE, id: row.id }), 'base64')
  }

  #remember(tenantId: string, known: Known): void {
    if (this.#known.size >= this.#settings.saltCache) this.#known.clear()
    this.#known.set(tenantId, known)
  }
}
