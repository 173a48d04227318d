import Joi from 'joi'
import type { HttpServer, HttpServerOptions, MountOptions } from '../../../core/http/options.ts'
import { createHttpServer } from '../../../core/http/server.ts'
import type { Authenticator } from '../../../core/plugin/authenticator.ts'
import type { Actor, Route } from '../../../core/plugin/route.ts'
import type { Logger } from '../../../core/plugin/services.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'

export const ACME = '018f0000-0000-7000-8000-00000000000a'
export const GLOBEX = '018f0000-0000-7000-8000-00000000000b'

/** A log that can be read: lines as `{ level, message, …fields }`, child fields included. */
export class LogBook implements Logger {
  readonly lines: Record<string, unknown>[]
  readonly #fields: object

  constructor(lines: Record<string, unknown>[] = [], fields: object = {}) {
    this.lines = lines
    this.#fields = fields
  }

  debug = (fields: object, message: string) => this.#write('debug', fields, message)
  info = (fields: object, message: string) => this.#write('info', fields, message)
  warn = (fields: object, message: string) => this.#write('warn', fields, message)
  error = (fields: object, message: string) => this.#write('error', fields, message)
  child = (fields: object): LogBook => new LogBook(this.lines, { ...this.#fields, ...fields })

  #write(level: string, fields: object, message: string): void {
    this.lines.push({ level, message, ...this.#fields, ...fields })
  }
}

const actor = (id: string, tenantId: string, permissions: string[], kind: Actor['kind'] = 'api-key'): Actor => ({
  kind,
  id,
  tenantId,
  permissions,
})

/** Tokens: `acme` may everything, `reader` may read, `globex` is another tenant's. */
export const bearer = (known: Record<string, Actor> = actors()): Authenticator => ({
  scheme: 'bearer',
  authenticate: async (token) => known[token],
})

export function actors(): Record<string, Actor> {
  return {
    acme: actor('key-1', ACME, ['*']),
    reader: actor('key-2', ACME, ['things.read']),
    globex: actor('key-3', GLOBEX, ['*']),
  }
}

export const visitor: Authenticator = {
  scheme: 'visitor',
  authenticate: async (token) => (token === 'ann' ? actor('ann', ACME, [], 'visitor') : undefined),
}

export const as = (token: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${token}`, ...more })

/** A route with harmless defaults. */
export function route(over: Partial<Route>): Route {
  return {
    method: 'GET',
    path: '/api/things',
    id: 'listThings',
    summary: 'Things.',
    tags: ['things'],
    access: { permission: 'things.read' },
    responses: { 200: { description: 'Fine.', schema: Joi.object().unknown(true) } },
    handle: async () => ({ status: 200, body: {} }),
    ...over,
  }
}

export interface Rig {
  readonly http: HttpServer
  readonly log: LogBook
  readonly clock: TestClock
}

/** A server that is not listening, with both schemes registered; `routes` belong to the plugin `things`. */
export async function rig(
  routes: readonly Route[] = [],
  options: Partial<HttpServerOptions> = {},
  mount: Partial<MountOptions> = {},
): Promise<Rig> {
  const log = new LogBook()
  const clock = new TestClock()
  const settings = { drainLeadMs: 0, ...options.settings }
  const http = await createHttpServer({
    host: '127.0.0.1',
    port: 0,
    clock,
    log,
    gate: () => true,
    readiness: async () => [{ part: 'database', ok: true }],
    validateResponses: true,
    ...options,
    settings,
  })
  http.mount(routes, { pluginId: 'things', authenticators: [bearer(), visitor], ...mount })
  return { http, log, clock }
}

/** The base address of a server that listens. */
export const baseUrl = ({ http }: Pick<Rig, 'http'>) => `http://127.0.0.1:${http.server.info.port}`
