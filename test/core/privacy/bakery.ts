import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '@parley/core'
import { startTestKernel, type TestAnswer, type TestKernel } from '@parley/core/testing'
import { WhatsAppSimulator } from '../../../adapters/whatsapp/simulator/index.ts'
import { Receiver } from '../../plugins/webhooks/receiver.ts'
import { dumpOf } from '../secrets/dump.ts'

const NUMBER = '660000000000001'
const APP_SECRET = 'app-secret-of-the-privacy-kernel'

/** A whole house that customers write to over WhatsApp, whose every trace can be read: tables, files, log lines. */
export class Bakery {
  readonly test: TestKernel
  readonly simulator: WhatsAppSimulator
  readonly #folder: string
  readonly #receiver: Receiver
  readonly #lines: string[]

  private constructor(parts: {
    test: TestKernel
    simulator: WhatsAppSimulator
    folder: string
    receiver: Receiver
    lines: string[]
  }) {
    this.test = parts.test
    this.simulator = parts.simulator
    this.#folder = parts.folder
    this.#receiver = parts.receiver
    this.#lines = parts.lines
  }

  static async open(more: readonly string[] = []): Promise<Bakery> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-privacy-'))
    const simulator = new WhatsAppSimulator()
    await simulator.listen()
    const receiver = new Receiver()
    const url = await receiver.listen()
    const lines: string[] = []
    const test = await startTestKernel({
      listen: true,
      log: collecting(lines),
      env: { PRIVACY_RETRY_MS: '20' },
      plugins: [
        { use: './adapters/local-files', settings: { folder } },
        { use: './adapters/whatsapp', settings: { graphBaseUrl: simulator.url } },
        './plugins/accounts',
        './plugins/contacts',
        { use: './plugins/inbox', settings: { burstMs: 0 } },
        './plugins/notifications',
        { use: './plugins/webhooks', settings: { egress: { allow: ['127.0.0.1/32'] }, allowHttp: true } },
        ...more,
      ],
    })
    await connect(test, simulator)
    if (test.kernel.report.failures.length > 0) throw new Error(JSON.stringify(test.kernel.report.failures))
    const bakery = new Bakery({ test, simulator, folder, receiver, lines })
    const events = ['message.received.v1', 'message.queued.v1', 'message.changed.v1', 'contact.erased.v1']
    await bakery.body('POST', '/api/webhooks', { url, events, includePersonal: true })
    return bakery
  }

  async body<T = Record<string, string>>(method: string, url: string, payload?: object, key?: string): Promise<T> {
    const headers = key === undefined ? {} : { 'idempotency-key': key }
    const answer: TestAnswer = await this.test.inject({ method, url, headers, ...(payload && { payload }) })
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`)
    return answer.body as T
  }

  /** Until Meta's webhooks have arrived, and all that follows is done. */
  async settle(): Promise<void> {
    await this.simulator.webhooks.idle()
    await this.test.drain(30_000)
  }

  /** What partners' servers were told. */
  get told(): readonly string[] {
    return this.#receiver.taken.map(({ body }) => body)
  }

  /** All that is kept: every row of every table, every file with its name, every log line; encodings are undone as well. */
  async everything(): Promise<string> {
    const names = await readdir(this.#folder, { recursive: true, withFileTypes: true })
    const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
    const contents = await Promise.all(
      files.map(async (file) => `${file}\n${(await readFile(file)).toString('latin1')}`),
    )
    return legible([await dumpOf(this.test.database.adminUrl), ...contents, ...this.#lines].join('\n'))
  }

  async fileNames(): Promise<readonly string[]> {
    const names = await readdir(this.#folder, { recursive: true, withFileTypes: true })
    return names.filter((one) => one.isFile()).map((one) => one.name)
  }

  async close(): Promise<void> {
    await this.test.stop()
    await this.simulator.close()
    await this.#receiver.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** The text with all hex and base64 in it decoded too, in lower case. */
function legible(text: string): string {
  const hex = [...text.matchAll(/(?:[0-9a-f]{2}){8,}/gi)].map(([found]) => Buffer.from(found, 'hex').toString('latin1'))
  const base64 = [...text.matchAll(/[A-Za-z0-9+/_-]{12,}/g)].map(([found]) =>
    Buffer.from(found, 'base64').toString('latin1'),
  )
  const within = hex.flatMap((one) =>
    [...one.matchAll(/[A-Za-z0-9+/_-]{12,}/g)].map(([found]) => Buffer.from(found, 'base64').toString('latin1')),
  )
  return [text, ...hex, ...base64, ...within].join('\n').toLowerCase()
}

function collecting(lines: string[], base: object = {}): Logger {
  const write = (fields: object, message: string) => {
    const { error } = fields as { error?: Error }
    lines.push(JSON.stringify({ ...base, ...fields, message, error: error?.stack }))
  }
  return {
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: (more) => collecting(lines, { ...base, ...more }),
  }
}

/** The endpoint serves many tenants, and Meta makes every call twice. */
async function connect(test: TestKernel, simulator: WhatsAppSimulator): Promise<void> {
  const { connections, database } = test.kernel
  const secrets = { appSecret: APP_SECRET, verifyToken: 'verify-token' }
  const endpoint = await connections.createEndpoint({ adapter: 'whatsapp', tenantId: null, secrets })
  const account = { provider: 'whatsapp', externalId: NUMBER, name: 'The bakery', endpointId: endpoint.id }
  const accessToken = 'EAAtokenOfThePrivacyKernel'
  await database.transaction(test.tenantId, (uow) =>
    connections.create(uow, { ...account, settings: { wabaId: '1' }, secrets: { accessToken } }),
  )
  const callbackUrl = `${test.baseUrl}/hooks/whatsapp/${endpoint.id}`
  simulator.addAccount({
    ...{ phoneNumberId: NUMBER, wabaId: '1', accessToken, callbackUrl, appSecret: APP_SECRET },
    ...{ displayPhoneNumber: '15550001111', verifiedName: 'The bakery' },
  })
  simulator.webhooks.setFaults({ duplicate: 1 })
}

export const BAKERY_NUMBER = NUMBER
