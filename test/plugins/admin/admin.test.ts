import { expect } from 'chai'
import { startTestKernel, type TestAnswer, type TestKernel } from '../../../core/testing/start-test-kernel.ts'
import type { TestTenant } from '../../../core/testing/test-tenant.ts'
import { fixture } from '../../core/kernel/fixtures.ts'

type Item = Readonly<Record<string, unknown>>

const itemsOf = ({ body }: TestAnswer) => (body as { items: readonly Item[] }).items

describe('running the installation', function () {
  this.timeout(30_000)
  let test: TestKernel
  let operator: TestTenant
  let salon: TestTenant

  before(async () => {
    test = await startTestKernel({ plugins: ['./plugins/admin', fixture('greeter')], env: { TENANT_CACHE_MS: '0' } })
    operator = await test.createTenant('operator', { scopes: ['*', 'platform.*'] })
    salon = await test.createTenant('salon')
  })
  after(() => test.stop())

  const call = (method: string, url: string, payload?: object, as: Pick<TestTenant, 'apiKey'> = operator) =>
    test.inject({ method, url, as, ...(payload === undefined ? {} : { payload }) })
  const tenant = (rest = '') => `/api/platform/tenants/${salon.id}${rest}`

  it('is nobody’s who only may do everything in a tenant', async () => {
    const document = test.kernel.http.openapi() as { paths: Record<string, Record<string, unknown>> }
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      path.startsWith('/api/platform/') ? Object.keys(methods).map((method) => ({ path, method })) : [],
    )
    expect(routes.length).to.be.greaterThan(12)
    for (const { path, method } of routes) {
      const url = path.replaceAll('{id}', salon.id).replaceAll('{plugin}', 'greeter')
      const payload = method === 'get' ? undefined : {}
      expect((await call(method, url, payload, salon)).status, `${method} ${path}`).to.equal(403)
    }
    const key = { name: 'Sneaky', scopes: ['platform.*'] }
    expect((await call('POST', '/api/api-keys', key, salon)).body).to.include({ code: 'api-keys.beyond-own' })
  })

  it('lists, searches and opens tenants, page by page', async () => {
    const first = await call('GET', '/api/platform/tenants?limit=2')
    expect(itemsOf(first)).to.have.length(2)
    const { next } = first.body as { next: string }
    const rest = await call('GET', `/api/platform/tenants?limit=2&cursor=${next}`)
    expect([...itemsOf(first), ...itemsOf(rest)].map(({ slug }) => slug)).to.include.members([
      'demo',
      'operator',
      'salon',
    ])
    expect(itemsOf(await call('GET', '/api/platform/tenants?search=ALO')).map(({ slug }) => slug)).to.deep.equal([
      'salon',
    ])
    expect((await call('GET', tenant())).body).to.include({ slug: 'salon', status: 'active', plan: 'free' })
    expect((await call('GET', `/api/platform/tenants/${test.tenantId.replace(/^..../, 'ffff')}`)).status).to.equal(404)
  })

  it('makes a tenant once', async () => {
    const made = await call('POST', '/api/platform/tenants', { slug: 'barber', name: 'Barber', plan: 'pro' })
    expect(made.status).to.equal(201)
    expect(made.body).to.include({ slug: 'barber', plan: 'pro', currency: 'USD' })
    expect((await call('POST', '/api/platform/tenants', { slug: 'barber', name: 'Again' })).status).to.equal(409)
    expect((await call('POST', '/api/platform/tenants', { slug: 'x', name: 'X', timeZone: 'Mars' })).status).to.equal(
      400,
    )
  })

  it('puts a tenant on a plan, which the tenant sees in its audit log', async () => {
    expect((await call('PATCH', tenant(), { plan: 'pro' })).body).to.include({ plan: 'pro' })
    const [record] = itemsOf(await call('GET', '/api/admin/audit?action=tenant.changed', undefined, salon))
    expect(record).to.deep.include({ before: { plan: 'free' }, after: { plan: 'pro' } })
    const [same] = itemsOf(await call('GET', `/api/platform/audit?tenant=${salon.id}&action=tenant.changed`))
    expect(same).to.deep.include({ target: { kind: 'tenant', id: salon.id } })
    expect((await call('GET', `/api/platform/audit/verification`)).body).to.include({ intact: true })
  })

  it('suspends a tenant, whose API is closed then, and opens it again', async () => {
    expect((await call('POST', '/api/greeter/Ann', undefined, salon)).status).to.equal(200)
    expect((await call('POST', tenant('/suspend'), {})).status).to.equal(400)
    const suspended = await call('POST', tenant('/suspend'), { reason: 'unpaid' })
    expect(suspended.body).to.include({ status: 'suspended', statusReason: 'unpaid' })
    const refused = await call('POST', '/api/greeter/Ann', undefined, salon)
    expect(refused.status).to.equal(403)
    expect(refused.body).to.include({ code: 'tenant.suspended' })
    expect((await call('GET', '/api/admin/plugins', undefined, salon)).status).to.equal(403)
    expect((await call('POST', '/api/greeter/Ann')).status, 'other tenants').to.equal(200)
    expect((await call('POST', tenant('/resume'))).body).to.include({ status: 'active', statusReason: '' })
    expect((await call('POST', '/api/greeter/Ann', undefined, salon)).status).to.equal(200)
  })

  it('does one thing to many, with a result for each', async () => {
    const nobody = '01900000-0000-7000-8000-000000000000'
    const answer = await call('POST', '/api/platform/tenants/bulk', {
      ids: [salon.id, nobody, test.tenantId],
      action: 'change-plan',
      plan: 'team',
    })
    expect(itemsOf(answer).map(({ ok, reason }) => reason ?? ok)).to.deep.equal([true, 'not-found', true])
    expect(itemsOf(await call('GET', '/api/platform/tenants?plan=team'))).to.have.length(2)
    const unfit = { ids: [salon.id], action: 'suspend' }
    expect((await call('POST', '/api/platform/tenants/bulk', unfit)).status).to.equal(400)
  })

  it('switches a plugin for a tenant, which the tenant sees in its audit log', async () => {
    const off = await call('PUT', tenant('/plugins/greeter/enabled'), { enabled: false })
    expect(off.body).to.include({ id: 'greeter', enabled: false })
    expect((await call('POST', '/api/greeter/Ann', undefined, salon)).status).to.equal(404)
    await call('PUT', tenant('/plugins/greeter/enabled'), { enabled: null })
    const plugins = itemsOf(await call('GET', tenant('/plugins')))
    expect(plugins.find(({ id }) => id === 'greeter')).to.include({ enabled: true })
    expect(itemsOf(await call('GET', '/api/admin/audit?action=plugin.switched', undefined, salon))).to.have.length(2)
    expect((await call('PUT', tenant('/plugins/nothing/enabled'), { enabled: true })).status).to.equal(404)
  })

  it('chooses settings for all tenants that did not choose', async () => {
    const url = '/api/platform/plugins/greeter/settings'
    expect((await call('PATCH', url, { mark: '…' })).body).to.deep.include({ settings: { mark: '…' } })
    expect((await call('GET', url)).body).to.include({ updatedBy: `api-key:${await operatorKey()}` })
    expect((await call('POST', '/api/greeter/Ann', undefined, salon)).body).to.deep.equal({ text: 'Hello Ann…' })
    await call('PATCH', '/api/admin/plugins/greeter/settings', { mark: '?' }, salon)
    expect((await call('POST', '/api/greeter/Ann', undefined, salon)).body).to.deep.equal({ text: 'Hello Ann?' })
    expect((await call('PATCH', url, { mark: 'far too long' })).status).to.equal(400)
    expect((await call('GET', '/api/platform/plugins/admin/settings')).status).to.equal(404)
  })

  it('sums up how the installation is', async () => {
    const { body } = await call('GET', '/api/platform/summary')
    expect(body).to.include({ healthy: true })
    expect((body as { plugins: object }).plugins).to.deep.include({ running: 2, unwell: [] })
    const counts = (body as { tenants: readonly { tenants: number }[] }).tenants
    expect(counts.reduce((sum, { tenants }) => sum + tenants, 0)).to.be.greaterThan(3)
  })

  async function operatorKey(): Promise<unknown> {
    const [key] = itemsOf(await call('GET', '/api/api-keys'))
    return key?.id
  }
})
