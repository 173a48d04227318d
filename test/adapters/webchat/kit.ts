import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Clock, Connection, ObjectStore, StoredObject } from '@parley/core'
import { silentLogger, TestClock } from '@parley/core/testing'
import { v7 } from 'uuid'
import webchat from '../../../adapters/webchat/index.ts'
import { settingsSchema, type WebchatSettings } from '../../../adapters/webchat/settings.ts'
import { createHttpServer, type HttpServer } from '../../../core/http/index.ts'
import { HmacTokens, KeyRing } from '../../../core/secrets/index.ts'
import { StandInInbox } from './stand-in-inbox.ts'

export interface WebchatUnderTest {
  readonly http: HttpServer
  readonly url: string
  readonly connection: Connection
  readonly inbox: StandInInbox
  readonly clock: Clock
  readonly objects: ReadonlyMap<string, Buffer>
  readonly tokens: HmacTokens
  stop(): Promise<void>
}

export interface KitOptions {
  readonly settings?: object
  readonly connection?: Partial<Connection>
  readonly clock?: Clock
  readonly port?: number
  /** Take over from an earlier server, as after a restart. */
  readonly from?: WebchatUnderTest
}

/** The adapter on a real HTTP server with real tokens; what lies behind its ports is in memory. */
export async function startWebchat(options: KitOptions = {}): Promise<WebchatUnderTest> {
  const clock = options.clock ?? options.from?.clock ?? new TestClock(new Date())
  const tokens = options.from?.tokens ?? new HmacTokens(new KeyRing([{ id: 'k1', key: randomBytes(32) }]), clock)
  const inbox = options.from?.inbox ?? new StandInInbox()
  const connection = options.from?.connection ?? testConnection(options.connection)
  const objects = new Map<string, Buffer>(options.from?.objects)
  const http = await createHttpServer({
    host: '127.0.0.1',
    port: options.port ?? 0,
    clock,
    log: silentLogger,
    gate: () => true,
    readiness: async () => [],
    validateResponses: true,
    settings: { drainLeadMs: 0, live: { closeJitterMs: 0 } },
  })
  const settings: WebchatSettings = settingsSchema.validate(options.settings ?? {}).value
  const contributions = await webchat.register(
    {
      clock,
      connections: connectionsOf(connection),
      database: { transaction: (_tenantId: string, work: (uow: never) => Promise<unknown>) => work({} as never) },
      history: inbox,
      ingress: inbox,
      live: http.live,
      log: silentLogger,
      store: memoryStore(objects),
      tail: inbox,
      tokens,
    } as unknown as Parameters<typeof webchat.register>[0],
    settings,
  )
  const { routes = [], live = [], authenticators = [] } = contributions
  http.mount(routes, { pluginId: 'webchat', live, authenticators })
  await contributions.start?.(new AbortController().signal)
  await http.start()
  http.setReady(true)
  return {
    ...{ http, url: `http://127.0.0.1:${http.server.info.port}`, connection, inbox, clock, objects, tokens },
    async stop() {
      await contributions.stop?.(new AbortController().signal)
      await http.stop()
    },
  }
}

export function testConnection(patch: Partial<Connection> = {}): Connection {
  return {
    id: v7(),
    tenantId: v7(),
    provider: 'webchat',
    externalId: 'webchat',
    name: 'Web chat',
    settings: { title: 'Harbour Bikes', subtitle: 'We usually answer within minutes' },
    secrets: {},
    health: 'ok',
    ...patch,
  }
}

function connectionsOf(connection: Connection) {
  return {
    get: async (tenantId: string, id: string) =>
      tenantId === connection.tenantId && id === connection.id ? connection : undefined,
    locate: async (provider: string, id: string) =>
      provider === connection.provider && id === connection.id ? connection : undefined,
  }
}

function memoryStore(objects: Map<string, Buffer>): ObjectStore {
  const described = new Map<string, StoredObject>()
  return {
    async put(tenantId, content, { mimeType, maxBytes }) {
      const bytes = Buffer.isBuffer(content) ? content : await buffer(content)
      if (bytes.length > maxBytes) return { ok: false, failure: 'too-large' }
      const object = { key: `${tenantId}/${v7()}`, bytes: bytes.length, mimeType, sha256: 'a'.repeat(64) }
      objects.set(object.key, bytes)
      described.set(object.key, object)
      return { ok: true, object }
    },
    async get(tenantId, key) {
      const bytes = objects.get(key)
      const object = described.get(key)
      if (bytes === undefined || object === undefined || !key.startsWith(`${tenantId}/`)) return undefined
      return { object, content: Readable.from([bytes], { objectMode: false }) }
    },
    async delete(_tenantId, key) {
      objects.delete(key)
    },
    async putVariant() {},
    async keep() {},
    link: async () => undefined,
  }
}
