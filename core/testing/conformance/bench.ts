import pg from 'pg'
import type { Kernel } from '../../kernel/kernel.ts'
import { startTestKernel } from '../start-test-kernel.ts'
import { TestClock } from '../test-clock.ts'
import { connectAccounts } from './connect-accounts.ts'
import type {
  AccountName,
  ChannelDriver,
  ChannelServer,
  VendorCall,
  VendorFact,
  VendorSide,
  WebhookSide,
} from './driver.ts'
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

/** A kernel with the channel in it, two tenants with an account each, and the vendor. */
export class ConformanceBench {
  /** Plugin id of the channel, and key of its providers. */
  readonly provider: string
  readonly vendor: VendorSide
  readonly kernel: Kernel
  readonly server: ChannelServer
  /** An API key of each tenant that may do everything. */
  readonly keys: Readonly<Record<AccountName, string>>
  /** The kernel's time; retries that wait come due when it is moved on. */
  readonly clock: TestClock
  readonly log: RecordingLogger
  /** Real time that something may take. */
  readonly patienceMs: number
  /** Every answer to every call, for looking for secrets. */
  readonly answers: Answer[] = []
  #sequence = 0
  readonly #admin: pg.Client
  readonly #settle: () => Promise<void>
  readonly #close: () => Promise<void>

  private constructor(parts: {
    provider: string
    vendor: VendorSide
    kernel: Kernel
    server: ChannelServer
    keys: Readonly<Record<AccountName, string>>
    clock: TestClock
    log: RecordingLogger
    patienceMs: number
    admin: pg.Client
    settle: () => Promise<void>
    close: () => Promise<void>
  }) {
    this.provider = parts.provider
    this.vendor = parts.vendor
    this.kernel = parts.kernel
    this.server = parts.server
    this.keys = parts.keys
    this.clock = parts.clock
    this.log = parts.log
    this.patienceMs = parts.patienceMs
    this.#admin = parts.admin
    this.#settle = parts.settle
    this.#close = parts.close
  }

  /** `patienceMs`: default 20 000, for a busy machine. */
  static async open(driver: ChannelDriver, options: { patienceMs?: number } = {}): Promise<ConformanceBench> {
    const { patienceMs = 20_000 } = options
    const stack = new AsyncDisposableStack()
    try {
      const clock = new TestClock(new Date())
      const log = new RecordingLogger()
      const vendor = await driver.start({ now: () => clock.millis() })
      stack.defer(() => vendor.close())
      const plugins = [...driver.plugins(vendor), { use: PROBE }]
      const test = await startTestKernel({ plugins, root: driver.root, clock, log, listen: true })
      stack.defer(() => test.stop())
      const admin = new pg.Client({ connectionString: test.database.adminUrl })
      await admin.connect()
      stack.defer(() => admin.end())
      const { server, keys } = await connectAccounts(driver, vendor, test)
      await vendor.connected(server)
      const settle = async () => (driver.fetchesLater === true ? test.drain(patienceMs) : undefined)
      const close = () => stack.disposeAsync()
      return new ConformanceBench({
        provider: driver.provider,
        vendor,
        kernel: test.kernel,
        server,
        keys,
        clock,
        log,
        patienceMs,
        admin,
        settle,
        close,
      })
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  }

  /** How the vendor signs. Cases that ask for it are not applicable to a channel without a webhook. */
  get webhook(): WebhookSide {
    if (this.vendor.webhook === undefined) throw new Error('the driver has no webhook; declare the case not applicable')
    return this.vendor.webhook
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
    const payload = method === 'GET' ? {} : { body: new Uint8Array(body) }
    const answer = await fetch(`${this.server.baseUrl}${path}`, { method, headers, ...payload })
    const played = { status: answer.status, body: await answer.text() }
    this.answers.push(played)
    return played
  }

  async playAll(calls: readonly VendorCall[]): Promise<readonly Answer[]> {
    const answers: Answer[] = []
    for (const call of calls) answers.push(await this.play(call))
    await this.#settle()
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
