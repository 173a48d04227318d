import { ApiKeys } from '../../../core/access/api-keys.ts'
import { accessPermissions } from '../../../core/access/permissions.ts'
import { apiKeyRoutes } from '../../../core/access/routes.ts'
import { AuditLog } from '../../../core/audit/index.ts'
import { connectionPermissions } from '../../../core/connections/permissions.ts'
import { connectionRoutes } from '../../../core/connections/routes/index.ts'
import type { Channel } from '../../../core/contracts/ports/channel.ts'
import type { HttpServer } from '../../../core/http/options.ts'
import { createHttpServer } from '../../../core/http/server.ts'
import { LogBook } from '../http/kit.ts'
import { connectionFixture, type Fixture } from './fixture.ts'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a caller over the wire sees
  readonly body: any
  readonly headers: Readonly<Record<string, unknown>>
}

export interface HttpFixture extends Fixture {
  readonly http: HttpServer
  readonly keys: ApiKeys
  readonly log: LogBook
  /** Accounts whose credential the vendor confirms: `externalId` → `accessToken`. */
  readonly vendor: Map<string, string>
  /** A key of the tenant with these scopes. */
  key(tenantId: string, ...scopes: string[]): Promise<string>
  call(key: string, method: string, path: string, payload?: object): Promise<Answer>
}

/** The routes of access and connections on a real server, over a real database. */
export async function httpFixture(): Promise<HttpFixture> {
  const fixture = await connectionFixture()
  const { knex, clock, store, database } = fixture
  const keys = new ApiKeys({ knex, clock })
  const vendor = new Map<string, string>()
  const log = new LogBook()
  const http = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    clock,
    log,
    gate: () => true,
    readiness: async () => [],
    validateResponses: true,
    publicUrl: 'https://parley.test',
    settings: { drainLeadMs: 0 },
  })
  const routes = [
    ...apiKeyRoutes({ keys, database, clock, audit: new AuditLog({ clock }) }),
    ...connectionRoutes({
      store,
      database,
      audit: new AuditLog({ clock }),
      channel: (provider) => (provider === 'whatsapp' ? vendorChannel(vendor) : undefined),
      receiver: (adapter) => (adapter === 'whatsapp' ? { secrets: ['appSecret', 'verifyToken'] } : undefined),
      testTimeoutMs: 1000,
    }),
  ]
  const permissions = [...accessPermissions, ...connectionPermissions].map(({ key }) => key)
  http.mount(routes, { pluginId: 'kernel', authenticators: [keys], permissions })
  return {
    ...fixture,
    http,
    keys,
    log,
    vendor,
    key: async (tenantId, ...scopes) =>
      (await fixture.as(tenantId, (uow) => keys.create(uow, { name: 'Test', scopes }))).key,
    async call(key, method, path, payload) {
      const headers = { authorization: `Bearer ${key}` }
      const url = { method, url: path, headers }
      const {
        statusCode,
        payload: body,
        headers: sent,
      } = await http.inject(payload === undefined ? url : { ...url, payload })
      return { status: statusCode, body: body === '' ? undefined : JSON.parse(body), headers: sent }
    },
    async drop() {
      await http.stop()
      await fixture.drop()
    },
  }
}

/** Stands for the vendor behind the `channel` port: knows which token is good for which account. */
function vendorChannel(vendor: ReadonlyMap<string, string>): Channel {
  return {
    capabilities: {
      title: 'WhatsApp',
      sends: ['text'],
      maxTextLength: 10,
      maxCaptionLength: 10,
      maxMediaBytes: {},
      window: null,
    },
    send: async () => ({ ok: false, failure: 'unknown', code: '0', detail: 'not used here' }),
    test: async ({ externalId, secrets }) =>
      vendor.get(externalId) === secrets.accessToken && secrets.accessToken !== undefined
        ? { ok: true, title: `Number ${externalId}` }
        : { ok: false, detail: `Invalid OAuth access token "${secrets.accessToken}"` },
  }
}
