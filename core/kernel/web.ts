import type { Knex } from 'knex'
import { recordVisit } from '../audit/index.ts'
import type { KernelSettings } from '../config/settings.ts'
import { createHttpServer, type HttpServer, PostgresIdempotencyStore } from '../http/index.ts'
import { IntakeCounts } from '../http/intake/counters.ts'
import type { AdapterState } from '../http/intake/seams.ts'
import type { IntakeParts } from '../http/intake/take-in.ts'
import { WebhookIntake } from '../http/intake/webhook-intake.ts'
import { WebhookLog } from '../http/intake/webhook-log.ts'
import { WebhookReplay } from '../http/intake/webhook-replay.ts'
import type { RequestLimits } from '../http/limits/request-limits.ts'
import { parseHttpSettings } from '../http/settings.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { WebhookReceiver } from '../plugin/webhook.ts'
import type { PluginRecord } from './record.ts'
import type { Rooms } from './rooms.ts'

export interface WebOptions {
  readonly settings: KernelSettings
  readonly knex: Knex
  readonly clock: Clock
  readonly log: Logger
  readonly rooms: Rooms
  readonly limits: RequestLimits
  readonly record: (pluginId: string) => PluginRecord | undefined
  readonly kernelVersion: string
  /** For tests: answers are checked against their documentation. */
  readonly validateResponses: boolean
}

export interface Web {
  readonly http: HttpServer
  readonly webhookLog: WebhookLog
  readonly replay: WebhookReplay
  readonly counts: IntakeCounts
  /** By plugin id; the mount fills it. */
  readonly receivers: Map<string, WebhookReceiver>
}

/** What a vendor whose adapter is down is asked to wait. */
const RETRY_AFTER_SECONDS = 30

/** The HTTP server and the webhook intake. It does not listen yet. */
export async function openWeb(options: WebOptions): Promise<Web> {
  const { settings, knex, clock, log, rooms, record, limits } = options
  const receivers = new Map<string, WebhookReceiver>()
  const counts = new IntakeCounts()
  const { maxHookBytes } = parseHttpSettings(settings.http)
  const webhookLog = new WebhookLog(knex)
  const parts = {
    adapters: { receiver: (adapter: string) => adapterState(record(adapter), receivers.get(adapter)) },
    directory: rooms.connections,
    engine: rooms.engine,
    gate: rooms.gate,
    clock,
    log,
    metrics: counts,
    unread: webhookLog,
    settings: { maxBytes: maxHookBytes, retryAfterSeconds: RETRY_AFTER_SECONDS },
  } satisfies IntakeParts
  const intake = new WebhookIntake(parts)
  const http = await createHttpServer({
    host: settings.host,
    port: settings.port,
    ...(settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }),
    settings: settings.http,
    clock,
    log,
    gate: rooms.gate,
    onVisit: (route, request) => recordVisit({ database: rooms.database, audit: rooms.audit.log }, route, request),
    tenantStatus: (tenantId) => rooms.decisions.statusOf(tenantId),
    readiness: async () => [await databaseState(knex)],
    intake: (request) => intake.handle(request),
    idempotency: new PostgresIdempotencyStore({ database: rooms.database, knex, clock }),
    limits,
    validateResponses: options.validateResponses,
    info: { title: 'Parley', version: options.kernelVersion },
  })
  return { http, webhookLog, replay: new WebhookReplay(parts, webhookLog), counts, receivers }
}

/** Down: the vendor comes back later, as the fault is ours. Not in this process, or no receiver: there is no such place. */
function adapterState(
  record: PluginRecord | undefined,
  receiver: WebhookReceiver | undefined,
): AdapterState | undefined {
  if (record === undefined) return undefined
  if (record.state === 'started') {
    return receiver === undefined ? undefined : { state: 'running', pluginId: record.id, receiver }
  }
  return { state: 'failed' }
}

async function databaseState(knex: Knex): Promise<{ part: string; ok: boolean; detail?: string }> {
  try {
    await knex.raw('select 1')
    return { part: 'database', ok: true }
  } catch {
    // Why is in the log of whoever needed it; a caller of /readyz learns only that.
    return { part: 'database', ok: false, detail: 'cannot be reached' }
  }
}
