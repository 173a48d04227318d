import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { Child } from './child.ts'
import type { Target } from './generator/webhook.ts'

/** What is measured: the whole work, or the way to the acknowledgement alone. */
export type Scope = 'answer' | 'acknowledge'

export interface Program {
  readonly name: 'floor' | 'parley'
  readonly target: Target
  readonly child: Child
  /** From spawn to ready, in milliseconds. */
  readonly bootMs: number
  readonly databaseUrl: string
  /** Parley only: for what the bench asks of its API. */
  readonly api?: { readonly baseUrl: string; readonly apiKey: string; readonly tenantId: string }
  stop(): Promise<void>
}

export interface Surroundings {
  readonly adminUrl: string
  readonly graphBaseUrl: string
  /** Folder for what the programs keep; the keys of a database stay with it. */
  readonly home: string
}

const APP_SECRET = 'bench-app-secret'
export const PHONE_NUMBER_ID = '106540352242922'

/** The same server, another database; made when it is not there. */
export async function databaseUrl(adminUrl: string, name: string): Promise<string> {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
  if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  await client.end()
  return url.href
}

export async function startFloor(around: Surroundings, scope: Scope): Promise<Program> {
  const began = performance.now()
  const url = await databaseUrl(around.adminUrl, `floor_${scope}`)
  const child = new Child('test/bench/floor/main.ts', [], {
    DATABASE_URL: url,
    APP_SECRET,
    GRAPH_BASE_URL: around.graphBaseUrl,
    ANSWER: String(scope === 'answer'),
  })
  const { url: hook } = await child.message<{ url: string }>()
  return {
    name: 'floor',
    target: { url: hook, appSecret: APP_SECRET, phoneNumberId: PHONE_NUMBER_ID },
    child,
    databaseUrl: url,
    bootMs: performance.now() - began,
    stop: () => child.stop(),
  }
}

/** What autovacuum does within its first minute. Until then the planner guesses, in either program, what the tables hold. */
export async function analyze({ databaseUrl }: Program): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('ANALYZE')
  await client.end()
}

interface DemoFile {
  readonly baseUrl: string
  readonly tenantId: string
  readonly apiKey: string
  readonly whatsapp: { readonly endpointUrl: string; readonly appSecret: string; readonly phoneNumberId: string }
}

/**
 * Parley as `npm start` runs it, on a database of its own. For acknowledgements alone it runs as an intake process does
 * (`PLUGINS` without the inbox), which is how one scales the door apart from the work behind it.
 */
export async function startParley(
  around: Surroundings,
  scope: Scope,
  database = `parley_${scope}`,
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const home = join(around.home, database)
  const port = await freePort()
  const url = await databaseUrl(around.adminUrl, database)
  const began = performance.now()
  const child = new Child('core/cli/parley.mjs', ['start'], {
    PORT: String(port),
    PARLEY_HOME: home,
    DATABASE_URL: url,
    MIGRATE_ON_START: 'true',
    GRAPH_BASE_URL: around.graphBaseUrl,
    LOG_LEVEL: 'warn',
    // The fake vendor has no rates, and the floor keeps to none.
    WHATSAPP_MESSAGES_PER_SECOND: '1000000',
    WHATSAPP_PAIR_INTERVAL_MS: '0',
    // Nor does the generator stand for one caller.
    HTTP_LIMITS_ACTOR_POINTS: '1000000000',
    HTTP_LIMITS_TENANT_OTHER_POINTS: '1000000000',
    HTTP_LIMITS_TENANT_TIERS: 'free=1000000000',
    HTTP_LIMITS_WEBHOOKS_POINTS: '1000000000',
    ...(scope === 'acknowledge' ? { PLUGINS: 'whatsapp,webchat,local-files' } : {}),
    ...env,
  })
  const baseUrl = `http://127.0.0.1:${port}`
  await ready(baseUrl, child)
  const bootMs = performance.now() - began
  const demo = await demoFile(join(home, 'demo.json'), port)
  return {
    name: 'parley',
    target: {
      url: demo.whatsapp.endpointUrl,
      appSecret: demo.whatsapp.appSecret,
      phoneNumberId: demo.whatsapp.phoneNumberId,
    },
    child,
    databaseUrl: url,
    bootMs,
    api: { baseUrl, apiKey: demo.apiKey, tenantId: demo.tenantId },
    stop: () => child.stop(),
  }
}

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** Bounded: gives up with the program's own words after 30 s, or as soon as it ends. */
async function ready(baseUrl: string, child: Child): Promise<void> {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline && child.process.exitCode === null) {
    const response = await fetch(`${baseUrl}/readyz`).catch(() => undefined)
    if (response?.status === 200) return
    await wait(20)
  }
  throw new Error(`Parley did not get ready: ${child.errors.slice(-2000)}`)
}

/** The file of this start: one of an earlier start names another address. */
async function demoFile(path: string, port: number): Promise<DemoFile> {
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline) {
    const demo = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as DemoFile) : undefined
    if (demo !== undefined && new URL(demo.baseUrl).port === String(port)) return demo
    await wait(20)
  }
  throw new Error(`${path} was not written`)
}
