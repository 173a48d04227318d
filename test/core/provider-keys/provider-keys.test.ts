import { expect } from 'chai'
import type { KeyedCall } from '../../../core/contracts/ports/provider-keys.ts'
import { KeyRotation } from '../../../core/provider-keys/key-rotation.ts'
import { startTestKernel, type TestKernel } from '../../../core/testing/start-test-kernel.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import type { TestTenant } from '../../../core/testing/test-tenant.ts'

type Item = Readonly<Record<string, unknown>>

describe('keys for services that are called', function () {
  this.timeout(30_000)
  const clock = new TestClock()
  let test: TestKernel
  let operator: TestTenant
  before(async () => {
    test = await startTestKernel({ clock })
    operator = await test.createTenant('operator', { scopes: ['*', 'platform.*'] })
  })
  after(() => test.stop())

  /** A service that says about each key what it is told to, and remembers who called. */
  class Service {
    readonly calls: string[] = []
    readonly says = new Map<string, KeyedCall<string>>()
    readonly call = async (secret: string): Promise<KeyedCall<string>> => {
      this.calls.push(secret)
      return this.says.get(secret) ?? { ok: true, value: `with ${secret}` }
    }
  }

  const rotation = () => test.kernel.providerKeys.rotation
  const add = async (provider: string, secret: string, priority: number, as: TestTenant = test.tenant, path = '') => {
    const payload = { provider, name: secret, secret, priority }
    const answer = await test.inject({ method: 'POST', url: `/api${path}/provider-keys`, payload, as })
    expect(answer.status).to.equal(201)
    return String((answer.body as Item).id)
  }
  const shown = async (provider: string): Promise<readonly Item[]> => {
    await rotation().flush()
    const { body } = await test.inject({ url: `/api/provider-keys?provider=${provider}` })
    return (body as { items: readonly Item[] }).items
  }

  it('are used by priority, the next one when one is refused or throttled, which rests meanwhile', async () => {
    await add('first', 'b', 2)
    await add('first', 'a', 1)
    await add('first', 'c', 3)
    const service = new Service()
    service.says.set('a', { ok: false, failure: 'refused' })
    service.says.set('b', { ok: false, failure: 'throttled', retryAfterMs: 5000 })
    const use = () => rotation().use(test.tenantId, 'first', service.call)
    expect(await use()).to.include({ ok: true, value: 'with c' })
    expect(await use()).to.include({ value: 'with c' })
    expect(service.calls.splice(0)).to.deep.equal(['a', 'b', 'c', 'c'])
    service.says.clear()
    clock.advance(5001)
    expect(await use()).to.include({ value: 'with b' })
    clock.advance(3_600_000)
    expect(await use()).to.include({ value: 'with a' })
    const keys = await shown('first')
    expect(keys.map(({ name, uses, failures }) => [name, uses, failures])).to.deep.equal([
      ['a', 2, 1],
      ['b', 2, 1],
      ['c', 2, 0],
    ])
    expect(keys[0]).to.include({ restingFor: 'refused', lastUsedAt: clock.now().toISOString() })
  })

  it('rest in another process too', async () => {
    await add('second', 'a', 1)
    await add('second', 'b', 2)
    const { database, providerKeys } = test.kernel
    const settings = { refusedRestMs: 1000, throttledRestMs: 1000, exhaustedRestMs: 1000, maxRestMs: 9000 }
    const other = new KeyRotation({
      ...{ database, clock, store: providerKeys.store },
      settings: { ...settings, cacheMs: 1000, cacheMax: 10, flushEveryMs: 1000 },
    })
    const service = new Service()
    await other.use(test.tenantId, 'second', service.call)
    service.says.set('a', { ok: false, failure: 'exhausted' })
    await rotation().use(test.tenantId, 'second', service.call)
    service.calls.splice(0)
    clock.advance(1000)
    await other.use(test.tenantId, 'second', service.call)
    expect(service.calls).to.deep.equal(['b'])
  })

  it('say when there is none, and when all rest; what is thrown is nobody’s fault', async () => {
    const service = new Service()
    expect(await rotation().use(test.tenantId, 'third', service.call)).to.include({ ok: false, reason: 'no-key' })
    await add('third', 'a', 1)
    service.says.set('a', { ok: false, failure: 'refused' })
    const resting = { ok: false, reason: 'all-resting', retryable: true }
    expect(await rotation().use(test.tenantId, 'third', service.call)).to.include(resting)
    expect(await rotation().use(test.tenantId, 'third', service.call)).to.include(resting)
    expect(service.calls).to.deep.equal(['a'])
    const [{ id } = { id: '' }] = await shown('third')
    const renewed = { method: 'PATCH', url: `/api/provider-keys/${id}`, payload: { secret: 'new' } }
    expect((await test.inject(renewed)).body).to.include({ restingUntil: null })
    const down = () => Promise.reject(new Error('the service is down'))
    const error = await rotation()
      .use(test.tenantId, 'third', down)
      .catch((caught) => caught)
    expect(error).to.have.property('message', 'the service is down')
    expect(await rotation().use(test.tenantId, 'third', service.call)).to.include({ value: 'with new' })
  })

  it('of the installation serve a tenant only where the caller says so, and behind its own', async () => {
    await add('fourth', 'ours', 1, operator, '/platform')
    const service = new Service()
    expect(await rotation().use(test.tenantId, 'fourth', service.call)).to.include({ reason: 'no-key' })
    const shared = { shared: true }
    expect(await rotation().use(test.tenantId, 'fourth', service.call, shared)).to.include({ value: 'with ours' })
    await add('fourth', 'own', 900)
    expect(await rotation().use(test.tenantId, 'fourth', service.call, shared)).to.include({ value: 'with own' })
    expect((await test.inject({ url: '/api/platform/provider-keys' })).status).to.equal(403)
  })

  it('are shown without their secrets, sealed, and only to their tenant', async () => {
    const id = await add('fifth', 'very-secret', 1)
    const other = await test.createTenant('other')
    const stranger = { method: 'DELETE', url: `/api/provider-keys/${id}`, as: other }
    expect((await test.inject(stranger)).status).to.equal(404)
    const stored = await test.kernel.database.transaction(test.tenantId, ({ trx }) =>
      trx('parley.provider_key').where({ id }).first('secret'),
    )
    expect(stored.secret).to.match(/^v1\./)
    const { text } = await test.inject({ url: '/api/provider-keys' })
    expect(text.replaceAll('"name":"very-secret"', '')).to.not.include('very-secret')
    expect((await test.inject({ method: 'DELETE', url: `/api/provider-keys/${id}` })).status).to.equal(204)
    const { body } = await test.inject({ url: '/api/admin/audit?targetKind=provider-key&limit=2' })
    const actions = (body as { items: readonly Item[] }).items.map(({ action }) => action)
    expect(actions).to.include('provider-key.removed')
  })
})
