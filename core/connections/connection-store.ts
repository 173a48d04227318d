import type { Knex } from 'knex'
import { connectionCreated, connectionRemoved } from '../contracts/events/connections.ts'
import type { Connections, NewConnection } from '../contracts/ports/connections.ts'
import { withTenant } from '../data/transaction.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import { withHidden } from '../secrets/hidden.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { AccountRouter } from './account-router.ts'
import { ConnectionCache } from './connection-cache.ts'
import { healthNews, refOf } from './connection-events.ts'
import {
  type ConnectionRow,
  connectionContext,
  connectionOf,
  maskSecrets,
  newRow,
  type StoredConnection,
  sealSecrets,
} from './connection-row.ts'
import { EndpointStore } from './endpoint-store.ts'
import { merged } from './merged.ts'
import { refusedWrite } from './refused-write.ts'
import { type ConnectionSettings, defaultConnectionSettings } from './settings.ts'

export interface ConnectionStoreOptions {
  readonly knex: Knex
  readonly ring: KeyRing
  readonly clock: Clock
  readonly settings?: ConnectionSettings
}

/** The contract's patch, where a secret may also be taken away. */
export type ConnectionPatch = Omit<Parameters<Connections['update']>[2], 'secrets'> & {
  readonly secrets?: Readonly<Record<string, string | null>>
}

/**
 * The tenants' accounts at outside systems. Secrets are sealed with the key ring, bound to tenant and row, and opened on
 * reading. Reads come from a cache that is a second old at most; a change made by this process is seen at once.
 */
export class ConnectionStore implements Connections {
  readonly endpoints: EndpointStore
  readonly #knex: Knex
  readonly #ring: KeyRing
  readonly #clock: Clock
  readonly #cache: ConnectionCache
  readonly #router: AccountRouter

  constructor(options: ConnectionStoreOptions) {
    const { knex, ring, clock, settings = defaultConnectionSettings } = options
    this.#knex = knex
    this.#ring = ring
    this.#clock = clock
    this.#cache = new ConnectionCache({ knex, ring, clock, settings })
    this.#router = new AccountRouter({ knex, clock, settings })
    this.endpoints = new EndpointStore({ knex, ring, clock, settings })
  }

  get(tenantId: string, id: string): Promise<StoredConnection | undefined> {
    return this.#cache.get(tenantId, id)
  }

  locate(provider: string, id: string): Promise<StoredConnection | undefined> {
    return this.#cache.locate(provider, id)
  }

  async list(tenantId: string, filter: { provider?: string } = {}): Promise<readonly StoredConnection[]> {
    return withTenant(this.#knex, tenantId, (trx) => this.page({ trx, tenantId }, filter))
  }

  /** In the order they were made, after the one with the id `after`; without a limit all. */
  async page(
    uow: Pick<UnitOfWork, 'trx' | 'tenantId'>,
    query: { provider?: string; after?: string; limit?: number },
  ): Promise<readonly StoredConnection[]> {
    let rows = uow
      .trx<ConnectionRow>('parley.connection')
      .where({ tenant_id: uow.tenantId })
      .whereNull('removed_at')
      .orderBy('id')
      .select('*')
    if (query.provider !== undefined) rows = rows.where({ provider: query.provider })
    if (query.after !== undefined) rows = rows.where('id', '>', query.after)
    if (query.limit !== undefined) rows = rows.limit(query.limit)
    return (await rows).map((row) => connectionOf(row, this.#ring))
  }

  /**
   * Throws `connections.account-taken` when another connection, whichever tenant's, has this account at the endpoint, and
   * `connections.endpoint-unknown` when the endpoint is neither the tenant's nor app-level.
   */
  async create(uow: UnitOfWork, connection: NewConnection): Promise<StoredConnection> {
    const row = newRow(uow.tenantId, connection, this.#ring, this.#clock.now())
    await refusedWrite(
      connection,
      uow.trx('parley.connection').insert({ ...row, settings: JSON.stringify(row.settings) }),
    )
    const made = connectionOf(row, this.#ring)
    uow.publish({ type: connectionCreated, key: made.id, data: refOf(made) })
    this.#forgetAfter(uow, made)
    return made
  }

  /** The connection as a change would make it, stored nowhere. */
  draftOf(before: StoredConnection, patch: Pick<ConnectionPatch, 'settings' | 'secrets'>): StoredConnection {
    const settings = merged<unknown>(before.settings, patch.settings)
    return withHidden({ ...before, settings }, 'secrets', merged(before.secrets, patch.secrets))
  }

  /** The connection as it would be, stored nowhere: for asking the vendor about it first. */
  draft(tenantId: string, connection: NewConnection): StoredConnection {
    return connectionOf(newRow(tenantId, connection, this.#ring, this.#clock.now()), this.#ring)
  }

  /**
   * `settings` and `secrets` are merged: names that are given replace, `null` takes one away, the others stay. A vendor's
   * words in `healthDetail` lose every secret of the connection. Throws `connections.not-found`, `connections.account-taken`.
   */
  async update(uow: UnitOfWork, id: string, patch: ConnectionPatch): Promise<StoredConnection> {
    const before = await this.#lock(uow, id)
    const secrets = merged(before.secrets, patch.secrets)
    const settings = merged<unknown>(before.settings, patch.settings)
    const health = patch.health ?? before.health
    const detail = patch.healthDetail ?? (health === before.health ? before.healthDetail : undefined)
    const changes = {
      name: patch.name ?? before.name,
      settings,
      secrets: sealSecrets(this.#ring, secrets, connectionContext(uow.tenantId, id)),
      aliases: patch.aliases ?? before.aliases,
      health,
      health_detail: detail === undefined ? null : maskSecrets(detail, { ...before.secrets, ...secrets }),
      health_since: health === before.health ? before.healthSince : this.#clock.now(),
      updated_at: this.#clock.now(),
    }
    const write = uow
      .trx<ConnectionRow>('parley.connection')
      .where({ tenant_id: uow.tenantId, id })
      .update({ ...changes, settings: JSON.stringify(settings) } as object)
      .returning('*')
    const [row] = await refusedWrite(before, write)
    if (row === undefined) throw notFound(id)
    const after = connectionOf(row, this.#ring)
    for (const event of healthNews(before, after)) uow.publish(event)
    this.#forgetAfter(uow, before, after)
    return after
  }

  /** Stops sending and receiving and destroys the secrets; the row stays for the conversations that name it. */
  async remove(uow: UnitOfWork, id: string): Promise<void> {
    const before = await this.#lock(uow, id)
    const now = this.#clock.now()
    uow.publish({ type: connectionRemoved, key: id, data: refOf(before) })
    await uow
      .trx('parley.connection')
      .where({ tenant_id: uow.tenantId, id })
      .update({
        secrets: sealSecrets(this.#ring, {}, connectionContext(uow.tenantId, id)),
        removed_at: now,
        updated_at: now,
      })
    this.#forgetAfter(uow, before)
  }

  createEndpoint(endpoint: Parameters<Connections['createEndpoint']>[0]): Promise<{ id: string }> {
    return this.endpoints.create(endpoint)
  }

  /** For the webhook intake: which connections the accounts' events go to. */
  route(_adapter: string, endpointId: string, accounts: readonly string[]) {
    return this.#router.route(endpointId, accounts)
  }

  /** For the webhook intake. */
  endpoint(id: string) {
    return this.endpoints.get(id)
  }

  async #lock(uow: UnitOfWork, id: string): Promise<StoredConnection> {
    const row = await uow
      .trx<ConnectionRow>('parley.connection')
      .where({ tenant_id: uow.tenantId, id })
      .whereNull('removed_at')
      .forUpdate()
      .first('*')
    if (row === undefined) throw notFound(id)
    return connectionOf(row, this.#ring)
  }

  #forgetAfter(uow: UnitOfWork, ...states: readonly StoredConnection[]): void {
    uow.afterCommit(() => {
      for (const { tenantId, id, endpointId, externalId, aliases } of states) {
        this.#cache.forget(tenantId, id)
        this.#router.forget(endpointId, [externalId, ...aliases])
      }
    })
  }
}

function notFound(id: string): ParleyError {
  return new ParleyError('connections.not-found', `There is no connection ${id} in this tenant.`)
}
