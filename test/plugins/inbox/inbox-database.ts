import {
  type Channel,
  type CloudEvent,
  type Connections,
  type ContactDirectory,
  type Database,
  type Delivery,
  type EventHandler,
  type NewEvent,
  ParleyError,
  type Selector,
  type TenantSettings,
} from '@parley/core'
import { createTestDatabase, TestClock } from '@parley/core/testing'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { createDirectory } from '../../../plugins/contacts/directory/contact-directory.ts'
import { recordInbound } from '../../../plugins/inbox/handlers/record-inbound.ts'
import { KeywordCache } from '../../../plugins/inbox/replying/keyword-cache.ts'
import { appSettings, type InboxSettings } from '../../../plugins/inbox/settings/app.ts'
import { type InboxTenantSettings, tenantSettingsSchema } from '../../../plugins/inbox/settings/tenant.ts'

export interface Published {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The tables of contacts and inbox, the real directory, and a log that only remembers. */
export class InboxDatabase {
  readonly clock = new TestClock()
  readonly tenantId = uuidv7()
  readonly connectionId = uuidv7()
  readonly published: Published[] = []
  readonly settings: InboxSettings
  tenant: InboxTenantSettings
  readonly #db: Awaited<ReturnType<typeof createTestDatabase>>

  private constructor(db: Awaited<ReturnType<typeof createTestDatabase>>) {
    this.#db = db
    this.settings = appSettings.validate({}).value as InboxSettings
    this.tenant = tenantSettingsSchema.validate({}).value as InboxTenantSettings
  }

  static async create(): Promise<InboxDatabase> {
    let self: InboxDatabase | undefined
    const db = await createTestDatabase({
      sources: ['contacts', 'inbox'].map((id) => ({
        id,
        directory: new URL(`../../../plugins/${id}/migrations/`, import.meta.url),
      })),
      events: {
        prepare: (tenantId, event) => ({
          id: uuidv7(),
          topic: event.type.topic,
          tenantId,
          hash: 0,
          key: event.key,
          type: event.type.type,
          time: new Date(0).toISOString(),
          headers: '{}',
          data: checked(event),
        }),
        append: async (_trx, events) => {
          self?.published.push(...events.map(({ type, data }) => ({ type, data: JSON.parse(data) })))
        },
        committed() {},
      },
    })
    self = new InboxDatabase(db)
    return self
  }

  get database(): Database {
    if (this.#db.database === undefined) throw new ParleyError('test.database', 'The test database has no runner.')
    return this.#db.database
  }

  get contacts(): ContactDirectory {
    return createDirectory({ clock: this.clock, maxAlike: 5 })
  }

  get tenantSettings(): TenantSettings<InboxTenantSettings> {
    return { of: async () => this.tenant, update: async () => this.tenant }
  }

  /** Types of what was published since the last call. */
  drain(): Published[] {
    return this.published.splice(0)
  }

  /** Hands these events to the handler, as one batch in one transaction. */
  async receive(channels: Selector<Channel>, ...events: NewEvent[]): Promise<void> {
    const handler = this.handler(channels)
    const deliveries = events.map((event) => delivery(event, this.tenantId))
    await this.database.transaction(this.tenantId, (uow) => handler.handle(deliveries, uow))
  }

  handler(channels: Selector<Channel>): EventHandler {
    const { clock, contacts, tenantSettings, settings } = this
    const connections = { get: async () => undefined } as unknown as Connections
    return recordInbound({
      clock,
      contacts,
      channels,
      connections,
      tenantSettings,
      settings,
      keywords: new KeywordCache(),
    })
  }

  rows<T = Record<string, unknown>>(sql: string, bindings: (string | string[])[] = []): Promise<T[]> {
    return this.database.transaction(
      this.tenantId,
      async (uow) => (await uow.trx.raw<{ rows: T[] }>(sql, bindings)).rows,
    )
  }

  /** Statistics as they are in a database that has been at work for a while. */
  async analyze(): Promise<void> {
    const owner = new pg.Client({ connectionString: this.#db.adminUrl })
    await owner.connect()
    await owner.query('analyze')
    await owner.end()
  }

  drop(): Promise<void> {
    return this.#db.drop()
  }
}

function checked(event: NewEvent): string {
  const { error } = event.type.schema.validate(event.data, { convert: false })
  if (error !== undefined) throw new ParleyError('event.invalid', `${event.type.type}: ${error.message}`)
  return JSON.stringify(event.data)
}

function delivery(event: NewEvent, tenantId: string): Delivery {
  const envelope: CloudEvent = {
    specversion: '1.0',
    id: uuidv7(),
    source: '/test',
    type: event.type.type,
    time: new Date(0).toISOString(),
    tenantid: tenantId,
    partitionkey: `${tenantId}/${event.key}`,
    correlationid: uuidv7(),
    data: event.data,
  }
  return {
    event: envelope,
    position: { topic: event.type.topic, part: 0, off: 0n },
    attempt: 1,
    signal: new AbortController().signal,
  }
}
