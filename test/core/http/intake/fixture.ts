import createKnex, { type Knex } from 'knex'
import * as channelEvents from '../../../../core/contracts/events/channel.ts'
import { openPool } from '../../../../core/data/pool.ts'
import { EventEngine } from '../../../../core/events/engine.ts'
import { EventRegistry } from '../../../../core/events/registry.ts'
import { eventSettings } from '../../../../core/events/settings.ts'
import { LogStore } from '../../../../core/events/store/log-store.ts'
import { IntakeCounts } from '../../../../core/http/intake/counters.ts'
import type { AdapterState, TenantGate } from '../../../../core/http/intake/seams.ts'
import type { IntakeParts } from '../../../../core/http/intake/take-in.ts'
import { WebhookIntake } from '../../../../core/http/intake/webhook-intake.ts'
import { WebhookLog } from '../../../../core/http/intake/webhook-log.ts'
import { WebhookReplay } from '../../../../core/http/intake/webhook-replay.ts'
import type { EventType } from '../../../../core/plugin/event.ts'
import { connectionFixture, type Fixture } from '../../connections/fixture.ts'
import { LogBook } from '../kit.ts'
import { ENDPOINT_SECRETS, receiver, sign } from './fixture-vendor.ts'

export interface LoggedEvent {
  readonly tenantId: string
  readonly type: string
  readonly source: string
  // biome-ignore lint/suspicious/noExplicitAny: read back from the log as it lies there
  readonly data: any
}

export interface KeptRow {
  readonly id: string
  readonly tenant_id: string | null
  readonly body: Buffer
  readonly headers: Record<string, string>
  readonly outcome: string
  readonly stored: number
  readonly duplicates: number
}

export interface IntakeFixture extends Fixture {
  readonly intake: WebhookIntake
  readonly replay: WebhookReplay
  readonly webhooks: WebhookLog
  readonly counts: IntakeCounts
  readonly log: LogBook
  /** Adapter id → its state; starts with a running `acme`. */
  readonly adapters: Map<string, AdapterState>
  /** Tenants that have the adapter switched off. */
  readonly closed: Set<string>
  /** App-level, with both secrets. */
  readonly endpointId: string
  /** Another intake over a database that cannot be reached; it has this one's warm caches. */
  readonly offline: WebhookIntake
  connect(tenantId: string, account: string, more?: { endpointId?: string; aliases?: string[] }): Promise<string>
  post(
    body: Buffer,
    more?: { signature?: string; endpointId?: string; headers?: Record<string, string> },
  ): ReturnType<WebhookIntake['handle']>
  /** Everything in the log, in the order it was stored. */
  events(): Promise<LoggedEvent[]>
  kept(): Promise<KeptRow[]>
}

/** The intake over the real log, connections and caches; only the vendor is made up. */
export async function intakeFixture(): Promise<IntakeFixture> {
  const fixture = await connectionFixture()
  const { knex, store, clock, adminUrl } = fixture
  const admin = createKnex({ client: 'pg', connection: adminUrl, pool: { min: 0, max: 1 } })
  const nowhere = openPool({ url: 'postgres://nobody@127.0.0.1:1/none', max: 1, applicationName: 'parley-test' })
  const adapters = new Map<string, AdapterState>([['acme', { state: 'running', pluginId: 'acme', receiver }]])
  const closed = new Set<string>()
  const counts = new IntakeCounts()
  const log = new LogBook()
  const gate: TenantGate = (_plugin, tenantId) => !closed.has(tenantId)
  const webhooks = new WebhookLog(knex)
  const parts: IntakeParts = {
    unread: webhooks,
    adapters: { receiver: (adapter) => adapters.get(adapter) },
    directory: store,
    engine: engineOver(knex, clock, log),
    gate,
    clock,
    log,
    metrics: counts,
    settings: { maxBytes: 100_000, retryAfterSeconds: 30 },
  }
  await new LogStore(knex, 1).ensureTopics(['channel'])
  const intake = new WebhookIntake(parts)
  const { id: endpointId } = await store.createEndpoint({ adapter: 'acme', tenantId: null, secrets: ENDPOINT_SECRETS })
  return {
    ...fixture,
    ...{ intake, webhooks, counts, log, adapters, closed, endpointId },
    replay: new WebhookReplay(parts, webhooks),
    offline: new WebhookIntake({ ...parts, engine: engineOver(nowhere, clock, log) }),
    connect: async (tenantId, account, more = {}) => {
      const connection = { provider: 'acme', externalId: account, name: account, endpointId, ...more }
      return (await fixture.as(tenantId, (uow) => store.create(uow, connection))).id
    },
    post: (body, more = {}) =>
      intake.handle({
        adapter: 'acme',
        endpointId: more.endpointId ?? endpointId,
        method: 'POST',
        body,
        headers: { 'x-vendor-signature': more.signature ?? sign(body), 'user-agent': 'vendor/1', ...more.headers },
        query: {},
        url: `https://parley.test/hooks/acme/${endpointId}`,
      }),
    events: async () => {
      const rows = await admin('parley.log').select('*').orderBy(['topic', 'part', 'off'])
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        type: row.type,
        source: row.headers.source,
        data: row.data,
      }))
    },
    kept: () => admin('parley.webhook_log').select('*').orderBy('id'),
    async drop() {
      await Promise.all([admin.destroy(), nowhere.destroy()])
      await fixture.drop()
    },
  }
}

/** The event engine without its readers. One partition, so that the log shows one order. */
function engineOver(knex: Knex, clock: Fixture['clock'], log: LogBook): EventEngine {
  const registry = new EventRegistry()
  registry.register((Object.values(channelEvents) as unknown[]).filter(isEventType))
  return new EventEngine({ knex, clock, registry, log, settings: eventSettings({ partitions: 1 }) })
}

function isEventType(value: unknown): value is EventType {
  return typeof value === 'object' && value !== null && '$$type' in value && value.$$type === 'parley.event-type'
}
