import type { Connection, SendRequest } from '@parley/core'
import {
  type PluginEntry,
  silentLogger,
  startTestKernel,
  TestClock,
  type TestKernel,
  type TestTenant,
} from '@parley/core/testing'
import pg from 'pg'
import { remoteChannel } from '../../../adapters/remote/channel/channel.ts'
import { FileLinks } from '../../../adapters/remote/channel/files.ts'
import { type RemoteSettings, remoteSettingsSchema } from '../../../adapters/remote/settings.ts'
import { Remote } from '../../../adapters/remote/simulator/remote.mjs'
import { RemoteClient } from '../../../adapters/remote/wire/client.ts'
import { RegisteredRemote } from '../../../adapters/remote/wire/registered.ts'
import { settingsOf } from './driver.ts'
import { APP_SECRET, secretOf } from './vendor.ts'

export const START = new Date('2026-11-21T08:00:00.000Z')

/** The far end, with an account for each name. */
export async function remoteWith(accounts: readonly string[], now: () => number): Promise<Remote> {
  const remote = new Remote({
    accounts: accounts.map((account) => ({ account, title: `Title of ${account}`, secrets: [secretOf(account)] })),
    secrets: [APP_SECRET],
    now,
  })
  await remote.listen()
  return remote
}

/** The channel alone over a real socket: what a send comes to, without an inbox that tries again. */
export function channelAlone(url: string, clock: TestClock, more: object = {}) {
  const settings: RemoteSettings = remoteSettingsSchema.validate({ ...settingsOf(url), ...more }).value
  const client = new RemoteClient(clock, settings)
  const remote = new RegisteredRemote(client, settings, silentLogger)
  const noStore = { link: async () => undefined } as unknown as ConstructorParameters<typeof FileLinks>[0]
  const channel = remoteChannel({ client, remote, settings, files: new FileLinks(noStore, settings) })
  const send = (connection: Connection, words = 'Hello', more: Partial<SendRequest> = {}) =>
    channel.send({
      connection,
      to: { kind: 'remote', scope: '', value: 'ada' },
      content: { kind: 'text', text: words },
      correlationId: `c-${words}`,
      signal: new AbortController().signal,
      ...more,
    })
  return { channel, client, remote, send, settings }
}

export function connectionOf(account: string, more: Partial<Connection> = {}): Connection {
  return {
    ...{ id: '0197a000-0000-7000-8000-000000000001', tenantId: '0197a000-0000-7000-8000-0000000000aa' },
    ...{ provider: 'remote', externalId: account, name: account, settings: {}, health: 'ok' },
    secrets: { signingSecret: secretOf(account) },
    ...more,
  }
}

/** A kernel with the remote channel, and whatever is asked for beside it. */
export class RemoteHouse {
  readonly test: TestKernel
  readonly remote: Remote
  readonly clock: TestClock
  readonly #admin: pg.Client

  private constructor(test: TestKernel, remote: Remote, clock: TestClock, admin: pg.Client) {
    this.test = test
    this.remote = remote
    this.clock = clock
    this.#admin = admin
  }

  static async open(options: {
    accounts: readonly string[]
    plugins?: readonly PluginEntry[]
    as?: string
    settings?: object
  }): Promise<RemoteHouse> {
    const clock = new TestClock(START)
    const remote = await remoteWith(options.accounts, () => clock.millis())
    const { as, plugins = [] } = options
    const settings = { ...settingsOf(remote.url), ...options.settings }
    const entry = { use: './adapters/remote', settings, ...(as === undefined ? {} : { as }) }
    const test = await startTestKernel({
      plugins: [{ use: './adapters/local-files' }, entry, ...plugins],
      ...{ clock, listen: true },
    })
    const admin = new pg.Client({ connectionString: test.database.adminUrl })
    await admin.connect()
    return new RemoteHouse(test, remote, clock, admin)
  }

  /** An endpoint of the tenant's own, or with `null` one that tenants share. */
  async endpoint(tenantId: string | null, secret: string, adapter = 'remote'): Promise<{ id: string; url: string }> {
    const secrets = { signingSecret: secret }
    const { id } = await this.test.kernel.connections.createEndpoint({ adapter, tenantId, secrets })
    return { id, url: `${this.test.baseUrl}/hooks/${adapter}/${id}` }
  }

  connect({ id }: Pick<TestTenant, 'id'>, account: string, endpointId: string, provider = 'remote') {
    const { database, connections } = this.test.kernel
    const secrets = { signingSecret: secretOf(account) }
    return database.transaction(id, (uow) =>
      connections.create(uow, { provider, externalId: account, name: account, endpointId, secrets }),
    )
  }

  /** What the channel's topic holds of a tenant. */
  async events(tenantId: string): Promise<readonly { type: string; data: Record<string, unknown> }[]> {
    const sql = `select type, data from parley.log where topic = 'channel' and tenant_id = $1 order by part, off`
    return (await this.#admin.query(sql, [tenantId])).rows
  }

  message(id: string, account: string, more: object = {}) {
    return {
      ...{ id, type: 'message.received', account, externalId: id, occurredAt: this.clock.now().toISOString() },
      sender: { identities: [{ kind: 'remote', scope: '', value: 'ada' }] },
      content: { kind: 'text', text: `text ${id}` },
      ...more,
    }
  }

  async close(): Promise<void> {
    await this.#admin.end()
    await this.test.stop()
    await this.remote.close()
  }
}
