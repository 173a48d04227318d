import { definePort } from '../../plugin/port.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'

/** `auth-failed` stops sending, never receiving. */
export type ConnectionHealth = 'ok' | 'auth-failed' | 'degraded'

/** A tenant's account at an outside system: a phone number, a page, a mailbox, a web-chat widget. */
export interface Connection {
  readonly id: string
  readonly tenantId: string
  /** The provider's key; follow-ups go to the same one. */
  readonly provider: string
  /** The vendor's id of the account: `phone_number_id`. Unique within an endpoint. */
  readonly externalId: string
  /** The webhook endpoint its events arrive at: `/hooks/<provider>/<endpointId>`. */
  readonly endpointId?: string | null
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Decrypted on reading; never logged, never in an answer. Not enumerable, so that no serializer meets it. */
  readonly secrets: Readonly<Record<string, string>>
  readonly health: ConnectionHealth
  readonly healthDetail?: string
}

export interface NewConnection {
  readonly provider: string
  readonly externalId: string
  readonly name: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, string>>
  /** The webhook endpoint its events arrive at. */
  readonly endpointId?: string
  /**
   * Other account ids that lead here: `waba:<id>` for news about the whole business account. Several connections may
   * share an alias; each of them then gets the item. An external id stays unique within its endpoint, and wins over an
   * alias of the same spelling.
   */
  readonly aliases?: readonly string[]
}

/** Kept by the kernel for all adapters. Reads are cached for a second at most and never cross a tenant. */
export interface Connections {
  get(tenantId: string, id: string): Promise<Connection | undefined>
  /**
   * For public pages that carry only an id (a web-chat embed): the provider's connection, whichever tenant's. The id is
   * no secret, so nothing but what the connection shows to everybody may follow from it.
   */
  locate(provider: string, id: string): Promise<Connection | undefined>
  list(tenantId: string, filter?: { provider?: string }): Promise<readonly Connection[]>
  /** Throws `connections.account-taken`, `connections.endpoint-unknown`. */
  create(uow: UnitOfWork, connection: NewConnection): Promise<Connection>
  /**
   * What is not named stays. `settings` and `secrets` are merged by name; `null` as a setting's value takes it away.
   * Throws `connections.not-found`.
   */
  update(
    uow: UnitOfWork,
    id: string,
    patch: {
      name?: string
      settings?: object
      secrets?: Record<string, string>
      health?: ConnectionHealth
      healthDetail?: string
      aliases?: readonly string[]
    },
  ): Promise<Connection>
  /** A place where a vendor calls in: `/hooks/<adapter>/<id>`. `tenantId: null` makes it app-level, serving many tenants. */
  createEndpoint(endpoint: {
    adapter: string
    tenantId: string | null
    secrets: Readonly<Record<string, string>>
  }): Promise<{ id: string }>
}

export const connections = definePort<Connections>('connections')
