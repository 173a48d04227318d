import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { request } from 'undici'
import { readSettings } from '../../config/settings.ts'
import { bootKernel, type Kernel } from '../../kernel/kernel.ts'
import { TestClock } from '../test-clock.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import type { AccountName, ChannelDriver, ChannelServer, VendorCall, VendorFact, VendorSide } from './driver.ts'
import { RecordingLogger } from './recording-logger.ts'

/** An event as it lies in the log. */
export interface LoggedEvent {
  readonly type: string
  readonly key: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Answer {
  readonly status: number
  readonly body: string
}

const PROBE = new URL('./probe/', import.meta.url).pathname
const ACCOUNTS: readonly AccountName[] = ['first', 'second']

/** A kernel with the channel in it, two tenants with an account each, and the vendor. */
export class ConformanceBench {
  /** Plugin id of the channel, and key of its providers. */
  readonly provider: string
  readonly vendor: VendorSide
  readonly kernel: Kernel
  readonly server: ChannelServer
  /** The kernel's time; retries that wait come due when it is moved on. */
  readonly clock: TestClock
  readonly log: RecordingLogger
  /** Every answer to every call, for looking for secrets. */
  readonly answers: Answer[] = []
  #sequence = 0
  readonly #admin: pg.Client
  readonly #close: () => Promise<void>

  private constructor(parts: {
    provider: string
    vendor: VendorSide
    kernel: Kernel
    server: ChannelServer
    clock: TestClock
    log: RecordingLogger
    admin: pg.Client
    close: () => Promise<void>
  }) {
    this.provider = parts.provider
    this.vendor = parts.vendor
    this.kernel = parts.kernel
    this.server = parts.server
    this.clock = parts.clock
    this.log = parts.log
    this.#admin = parts.admin
    this.#close = parts.close
  }

  static async open(driver: ChannelDriver): Promise<ConformanceBench> {
    const stack = new AsyncDisposableStack()
    try {
      const clock = new TestClock(new Date())
      const log = new RecordingLogger()
      const database = await createTestDatabase()
      stack.defer(() => database.drop())
      const admin = new pg.Client({ connectionString: database.adminUrl })
      await admin.connect()
      stack.defer(() => admin.end())
      const vendor = await driver.start({ now: () => clock.millis() })
      stack.defer(() => vendor.close())
      const kernel = await boot({ driver, vendor, database, clock, log, stack })
      stack.defer(() => kernel.stop())
      const server = await connect(driver, vendor, kernel)
      await vendor.connected(server)
      return new ConformanceBench({
        provider: driver.provider,
        vendor,
        kernel,
        server,
        clock,
        log,
        admin,
        close: () => stack.disposeAsync(),
      })
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  }

  close(): Promise<void> {
    return this.#close()
  }

  /** A name that no case used before. */
  fresh(what: string): string {
    this.#sequence += 1
    return `${what}-${process.pid}-${this.#sequence}`
  }

  async play(call: VendorCall): Promise<Answer> {
    const { method, path, headers, body } = call
    const answer = await request(`${this.server.baseUrl}${path}`, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body }),
    })
    const played = { status: answer.statusCode, body: await answer.body.text() }
    this.answers.push(played)
    return played
  }

  async playAll(calls: readonly VendorCall[]): Promise<readonly Answer[]> {
    const answers: Answer[] = []
    for (const call of calls) answers.push(await this.play(call))
    return answers
  }

  /** Plays the facts; throws when a call is not taken. */
  async tell(facts: readonly VendorFact[]): Promise<void> {
    for (const answer of await this.playAll(await this.vendor.calls(facts)))
      if (answer.status >= 300) throw new Error(`the server answered ${answer.status} to a good call: ${answer.body}`)
  }

  /** What the channel's topic holds of a tenant, in order within each key. */
  async events(account: AccountName): Promise<readonly LoggedEvent[]> {
    const { tenantId } = this.server.connections[account]
    const sql = `select type, key, data from parley.log where topic = 'channel' and tenant_id = $1 order by part, off`
    return (await this.#admin.query<LoggedEvent>(sql, [tenantId])).rows
  }

  /** A port of the channel, called as a plugin calls it. */
  async ask(account: AccountName, what: 'send' | 'media', payload: object): Promise<Readonly<Record<string, unknown>>> {
    const { id: connectionId, tenantId } = this.server.connections[account]
    const body = Buffer.from(JSON.stringify({ connectionId, ...payload }))
    const headers = { 'content-type': 'application/json' }
    const answer = await this.play({ method: 'POST', path: `/api/conformance/${tenantId}/${what}`, headers, body })
    if (answer.status !== 200) throw new Error(`${what} answered ${answer.status}: ${answer.body}`)
    return JSON.parse(answer.body)
  }

  /** The webhook endpoint's path, or another one's. */
  async endpointWith(provider: string, secrets: Readonly<Record<string, string>>): Promise<string> {
    const { id } = await this.kernel.connections.createEndpoint({ adapter: provider, tenantId: null, secrets })
    return `/hooks/${provider}/${id}`
  }
}

async function boot(parts: {
  driver: ChannelDriver
  vendor: VendorSide
  database: TestDatabase
  clock: TestClock
  log: RecordingLogger
  stack: AsyncDisposableStack
}): Promise<Kernel> {
  const { driver, vendor, database, clock, log, stack } = parts
  const home = await mkdtemp(join(tmpdir(), 'parley-conformance-'))
  stack.defer(() => rm(home, { recursive: true, force: true }))
  const settings = readSettings(
    {
      DATABASE_URL: database.adminUrl,
      PARLEY_HOME: home,
      HOST: '127.0.0.1',
      PORT: '0',
      MIGRATE_ON_START: 'yes',
      SHUTDOWN_LEAD_MS: '0',
    },
    home,
  )
  const plugins = [...driver.plugins(vendor), { use: PROBE }]
  return bootKernel({ settings, config: { plugins }, root: driver.root, clock, log })
}

async function connect(driver: ChannelDriver, vendor: VendorSide, kernel: Kernel): Promise<ChannelServer> {
  const { provider } = driver
  const endpoint =
    vendor.endpointSecrets === undefined
      ? undefined
      : await kernel.connections.createEndpoint({ adapter: provider, tenantId: null, secrets: vendor.endpointSecrets })
  const made = ACCOUNTS.map(async (name) => {
    const tenant = await kernel.tenants.create({ slug: `${name}-${process.pid}`, name })
    if (!tenant.ok) throw new Error(tenant.detail)
    const tenantId = tenant.tenant.id
    const account = {
      provider,
      ...vendor.account(name),
      ...(endpoint === undefined ? {} : { endpointId: endpoint.id }),
    }
    const connection = await kernel.database.transaction(tenantId, (uow) => kernel.connections.create(uow, account))
    return { id: connection.id, tenantId }
  })
  const [first, second] = await Promise.all(made)
  if (first === undefined || second === undefined) throw new Error('two accounts were expected')
  const hookPath = endpoint === undefined ? undefined : `/hooks/${provider}/${endpoint.id}`
  return { baseUrl: kernel.baseUrl, hookPath, connections: { first, second } }
}
