import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestKernel, TestClock, type TestKernel } from '@parley/core/testing'
import { mailboxStateOf } from '../../../adapters/email/receive/mailbox-state.ts'
import { EmailSimulator, type EmailSimulatorOptions } from '../../../adapters/email/simulator/index.ts'
import { EMAIL_SETTINGS } from './driver.ts'

export interface Shown {
  readonly id: string
  readonly text: string
  readonly kind: string
  readonly status: string
  readonly direction: string
  readonly externalId: string | null
  readonly replyTo: string | null
  readonly content: Readonly<Record<string, unknown>>
  readonly attachments: readonly { readonly id: string; readonly state: string; readonly [field: string]: unknown }[]
}

/** A tenant with one mailbox, and an agent who uses the public API. */
export interface Desk {
  readonly tenantId: string
  readonly connectionId: string
  readonly address: string
  readonly apiKey: string
  api<T>(method: string, path: string, body?: object): Promise<T>
  /** Every message of every conversation, oldest first. */
  messages(): Promise<readonly (Shown & { readonly conversationId: string })[]>
  /** Waits for a message with these words. */
  message(words: string): Promise<Shown & { readonly conversationId: string }>
}

export const SHOP = 'shop@one.example'
export const OTHER = 'shop@two.example'

export interface OfficeOptions {
  readonly simulator?: Omit<EmailSimulatorOptions, 'mailboxes' | 'now'>
  readonly settings?: object
  /** Of the connections, beside where the servers are. */
  readonly connection?: object
  readonly secrets?: Readonly<Record<string, string>>
  readonly desks?: readonly string[]
  /** Before anything is connected. */
  readonly prepare?: (simulator: EmailSimulator) => void
}

const PASSWORD = 'a-password-of-the-office'

/** A kernel with the inbox and the mail channel, before the simulated provider of mailboxes. */
export async function openOffice(options: OfficeOptions = {}) {
  const clock = new TestClock(new Date())
  const desks = options.desks ?? [SHOP]
  const simulator = new EmailSimulator({
    ...options.simulator,
    now: () => clock.millis(),
    mailboxes: [SHOP, OTHER].map((address) => ({ address, password: PASSWORD, accessToken: 'access-token-1' })),
  })
  const url = await simulator.listen()
  options.prepare?.(simulator)
  const plugins = [
    { use: './adapters/local-files' },
    { use: './plugins/contacts' },
    { use: './plugins/inbox' },
    {
      use: './adapters/email',
      settings: { ...EMAIL_SETTINGS, tokenUrls: { google: `${url}/token` }, ...options.settings },
    },
  ]
  const root = new URL('../../../', import.meta.url).pathname
  const env = { PARLEY_KEYS: `k1:${randomBytes(32).toString('base64')}` }
  const test = await startTestKernel({ plugins, root, clock, env, listen: true })

  async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    const until = performance.now() + 20_000
    while (performance.now() < until) {
      const found = await look()
      if (found !== undefined) return found
      clock.advance(500)
      await sleep(25)
    }
    throw new Error(`waited in vain for ${what}`)
  }

  const opened: Desk[] = []
  for (const address of desks) opened.push(await openDesk(test, simulator, { address, eventually, ...options }))
  const [desk] = opened
  if (desk === undefined) throw new Error('an office has a desk')
  return {
    ...{ clock, simulator, test, desk, desks: opened, eventually, plugins, root, env },
    /** How far the mailbox was read. */
    async cursorOf({ tenantId, connectionId }: Desk, folder = 'INBOX') {
      const connection = (await test.kernel.connections.list(tenantId)).find(({ id }) => id === connectionId)
      return connection === undefined ? undefined : mailboxStateOf(connection).cursors[folder]
    },
    async close(): Promise<void> {
      await test.stop()
      await simulator.close()
    },
  }
}

export type Office = Awaited<ReturnType<typeof openOffice>>

async function openDesk(
  test: TestKernel,
  simulator: EmailSimulator,
  options: OfficeOptions & {
    readonly address: string
    readonly eventually: <T>(what: string, look: () => Promise<T | undefined>) => Promise<T>
  },
): Promise<Desk> {
  const { address, eventually } = options
  const { id: tenantId, apiKey } = await test.createTenant(address.replace(/[@.]/g, '-'))
  async function api<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }
    const payload = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await fetch(`${test.baseUrl}${path}`, { method, headers, ...payload })
    const text = await answer.text()
    if (answer.status >= 400) throw new Error(`${path} answered ${answer.status}: ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as T
  }
  const { id: connectionId } = await test.kernel.database.transaction(tenantId, (uow) =>
    test.kernel.connections.create(uow, {
      ...{ provider: 'email', externalId: address, name: 'Bakery' },
      settings: { ...simulator.settingsOf(address), ...options.connection },
      secrets: options.secrets ?? { password: PASSWORD },
    }),
  )
  const messages = async () => {
    const { items } = await api<{ items: readonly { id: string }[] }>('GET', '/api/conversations')
    const lists = await Promise.all(
      items.map(async ({ id }) =>
        (await api<{ items: readonly Shown[] }>('GET', `/api/conversations/${id}/messages?limit=100`)).items.map(
          (one) => ({ ...one, conversationId: id }),
        ),
      ),
    )
    return lists.flat().toReversed()
  }
  const message = (words: string) =>
    eventually(`a message with "${words}"`, async () => (await messages()).find(({ text }) => text.includes(words)))
  return { tenantId, connectionId, address, apiKey, api, messages, message }
}

/** Has the desk's mailbox read from now on, as an admin does who tests the connection. */
export async function startReading(office: Office, desk: Desk = office.desk): Promise<void> {
  await desk.api('POST', `/api/connections/${desk.connectionId}/test`)
  await office.eventually('the first look into the mailbox', async () => office.cursorOf(desk, 'Sent'))
}
