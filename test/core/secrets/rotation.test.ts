import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { startTestKernel, type TestKernel } from '../../../core/testing/start-test-kernel.ts'
import type { TestTenant } from '../../../core/testing/test-tenant.ts'
import { dumpOf, stands } from './dump.ts'

interface Key {
  readonly id: string
  readonly state: string
  readonly resealedAt: string | null
  readonly reseal: {
    readonly tenants: number
    readonly done: number
    readonly resealed: number
    readonly unreadable: number
  }
}

const PASSWORD = 'Correct-horse-7'
const TENANTS = 3
const CONNECTIONS = 45
const STEP_MS = 400

describe('rotating the keys that seal secrets', function () {
  this.timeout(60_000)
  const root = randomBytes(32).toString('base64')
  const env = {
    PARLEY_KEYS: `root:${root}`,
    SECRETS_POLL_MS: '50',
    SECRETS_ACTIVATE_AFTER_MS: String(STEP_MS),
    SECRETS_RESEAL_AFTER_MS: String(STEP_MS),
    SECRETS_RESEAL_BATCH: '20',
    JOBS_POLL_MS: '500',
  }
  let here: TestKernel
  let there: TestKernel
  let operator: TestTenant
  const tenants: TestTenant[] = []
  const connections: { readonly id: string; readonly tenant: TestTenant }[] = []
  /** Everything that must never lie in the database as it is. */
  const secrets: string[] = [root, PASSWORD]

  before(async () => {
    here = await startTestKernel({ plugins: ['./plugins/accounts'], env })
    there = await startTestKernel({ plugins: ['./plugins/accounts'], env, database: here.database })
    operator = await here.createTenant('operator', { scopes: ['*', 'platform.*'] })
    for (let index = 0; index < TENANTS; index += 1) tenants.push(await here.createTenant(`tenant-${index}`))
    secrets.push(operator.apiKey, ...tenants.map(({ apiKey }) => apiKey))
    await must('POST', '/api/auth/register', {
      email: 'ann@example.com',
      password: PASSWORD,
      name: 'Ann',
      businessName: 'A',
    })
    for (const tenant of tenants) for (let index = 0; index < CONNECTIONS; index += 1) await connect(tenant, index)
  })
  after(async () => {
    await there.stop()
    await here.stop()
  })

  async function must(method: string, url: string, payload?: object, as?: TestTenant | null, kernel = here) {
    const answer = await kernel.inject({ method, url, as: as ?? null, ...(payload === undefined ? {} : { payload }) })
    if (answer.status >= 400) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`)
    return answer.body as Record<string, unknown>
  }

  async function connect(tenant: TestTenant, index: number): Promise<void> {
    const token = `vendor-token-${tenant.slug}-${index}-${randomBytes(6).toString('hex')}`
    secrets.push(token)
    const payload = { provider: 'somewhere', externalId: `account-${index}`, name: 'Account', secrets: { token } }
    const { id } = await must('POST', '/api/connections', payload, tenant)
    connections.push({ id: String(id), tenant })
  }

  const keys = async () => (await must('GET', '/api/platform/keys', undefined, operator)).items as readonly Key[]

  async function rotated(): Promise<Key> {
    const { id } = await must('POST', '/api/platform/keys/rotation', undefined, operator)
    for (let turn = 0; turn < 300; turn += 1) {
      const key = (await keys()).find((one) => one.id === id)
      if (key?.resealedAt) return key
      await delay(50)
    }
    throw new Error(`sealing anew did not end: ${JSON.stringify(await keys())}`)
  }

  it('fails no request while two processes are under load, and the old key can go afterwards', async () => {
    const load = new Load([here, there], connections, secrets)
    const first = await rotated()
    expect(first.reseal.resealed).to.be.at.least(TENANTS * CONNECTIONS - load.writes)
    expect(first.reseal.unreadable).to.equal(0)
    expect(first.reseal.done).to.equal(first.reseal.tenants)
    const second = await rotated()
    expect(second.reseal.resealed).to.be.greaterThan(0)

    const early = await here.inject({ method: 'DELETE', url: `/api/platform/keys/${first.id}`, as: operator })
    expect(early.body).to.include({ code: 'keys.too-early' })
    const current = await here.inject({
      method: 'DELETE',
      url: `/api/platform/keys/${second.id}?now=true`,
      as: operator,
    })
    expect(current.body).to.include({ code: 'keys.in-use' })
    await must('DELETE', `/api/platform/keys/${first.id}?now=true`, undefined, operator)
    await delay(STEP_MS)
    const { requests, failures } = await load.end()
    expect(failures).to.deep.equal([])
    expect(requests).to.be.greaterThan(60)
    expect((await keys()).map(({ id, state }) => [id, state])).to.deep.equal([[second.id, 'sealing']])

    for (const { id, tenant } of connections)
      for (const kernel of [here, there]) {
        const found = await kernel.kernel.connections.get(tenant.id, id)
        expect(found?.secrets.token).to.match(/^vendor-token-|^changed-/)
      }
    expect(await here.kernel.keys.admin.rowsUnder(first.id)).to.equal(0)
    expect(await here.kernel.keys.admin.rowsUnder('root')).to.equal(0)
    expect(await here.kernel.keys.admin.rowsUnder(second.id)).to.be.at.least(TENANTS * CONNECTIONS)
  })

  it('leaves no plain secret in the database', async () => {
    const dump = await dumpOf(here.database.adminUrl)
    expect(stands(connections[0]?.id ?? '', dump), 'the dump holds what it should').to.equal(true)
    expect(secrets.length).to.be.greaterThan(TENANTS * CONNECTIONS)
    expect(secrets.filter((secret) => stands(secret, dump))).to.deep.equal([])
  })

  it('is known to a process that starts later, and written into the audit log', async () => {
    const late = await startTestKernel({ plugins: ['./plugins/accounts'], env, database: here.database })
    try {
      const { id, tenant } = connections[0] ?? { id: '', tenant: operator }
      expect((await late.kernel.connections.get(tenant.id, id))?.secrets).to.have.property('token')
    } finally {
      await late.stop()
    }
    const { items } = await must('GET', '/api/platform/audit?targetKind=ring-key', undefined, operator)
    const actions = (items as readonly { action: string }[]).map(({ action }) => action)
    expect(actions).to.deep.equal(['key.retired', 'key.rotated', 'key.rotated'])
    const { items: reads } = await must('GET', '/api/platform/audit?kind=access&limit=1', undefined, operator)
    expect((reads as readonly object[])[0]).to.include({ action: 'keys.read' })
  })
})

/** Requests that open and seal secrets, and that sign and verify tokens, each now in one process, now in the other. */
class Load {
  readonly #kernels: readonly TestKernel[]
  readonly #failures: string[] = []
  readonly #running: Promise<void>[]
  #requests = 0
  #ended = false
  writes = 0

  constructor(
    kernels: readonly TestKernel[],
    connections: readonly { readonly id: string; readonly tenant: TestTenant }[],
    secrets: string[],
  ) {
    this.#kernels = kernels
    const change = async (turn: number) => {
      const { id, tenant } = connections[turn % connections.length] ?? { id: '', tenant: undefined }
      const token = `changed-${randomBytes(8).toString('hex')}`
      secrets.push(token)
      this.writes += 1
      const answer = await this.#send('PATCH', `/api/connections/${id}`, { secrets: { token } }, tenant?.apiKey)
      if (answer !== undefined) await this.#opens(tenant?.id ?? '', id)
    }
    const signIn = async () => {
      const payload = { email: 'ann@example.com', password: PASSWORD }
      const grant = await this.#send('POST', '/api/auth/login', payload)
      for (let call = 0; call < 5; call += 1)
        await this.#send('GET', '/api/auth/me', undefined, String(grant?.accessToken))
    }
    this.#running = [this.#repeat(change, 0), this.#repeat(change, 60), this.#repeat(signIn, 0, 250)]
  }

  async end(): Promise<{ requests: number; failures: readonly string[] }> {
    this.#ended = true
    await Promise.all(this.#running)
    return { requests: this.#requests, failures: this.#failures }
  }

  async #repeat(work: (turn: number) => Promise<void>, from: number, pauseMs = 5): Promise<void> {
    for (let turn = from; !this.#ended && turn < 10_000; turn += 1) {
      await work(turn)
      await delay(pauseMs)
    }
  }

  async #opens(tenantId: string, id: string): Promise<void> {
    for (const { kernel } of this.#kernels) {
      await kernel.connections.get(tenantId, id).catch((error) => this.#failures.push(`open: ${error.message}`))
    }
  }

  async #send(method: string, url: string, payload?: object, key?: string) {
    this.#requests += 1
    const kernel = this.#kernels[this.#requests % this.#kernels.length]
    const answer = await kernel?.inject({
      ...{ method, url, as: key === undefined ? null : { apiKey: key } },
      ...(payload === undefined ? {} : { payload }),
    })
    if (answer !== undefined && answer.status < 400) return answer.body as Record<string, unknown>
    this.#failures.push(`${method} ${url}: ${answer?.status} ${answer?.text}`)
    return undefined
  }
}
