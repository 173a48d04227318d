import { expect } from 'chai'
import { startTestKernel, type TestAnswer, type TestKernel } from '../../../core/testing/start-test-kernel.ts'
import type { TestTenant } from '../../../core/testing/test-tenant.ts'
import { eventually } from './eventually.ts'
import { fixture } from './fixtures.ts'

const list = (answer: TestAnswer) => (answer.body as { items: readonly Record<string, unknown>[] }).items

describe("the kernel's admin routes", function () {
  this.timeout(30_000)
  let kernel: TestKernel
  let other: TestTenant
  before(async () => {
    kernel = await startTestKernel({
      plugins: [
        fixture('greeter'),
        { use: fixture('faulty'), enabledByDefault: false, settings: { fault: 'handler-throws' } },
      ],
    })
    other = await kernel.createTenant('other')
  })
  after(() => kernel.stop())

  const call = (method: string, url: string, payload?: object, as?: Pick<TestTenant, 'apiKey'>) =>
    kernel.inject({ method, url, ...(payload === undefined ? {} : { payload }), ...(as === undefined ? {} : { as }) })

  it('refuse a caller without the permission', async () => {
    const reader = await kernel.createTenant('other', { scopes: ['admin.plugins.read'] })
    expect((await call('GET', '/api/admin/plugins', undefined, reader)).status).to.equal(200)
    const refused = await call('PUT', '/api/admin/plugins/greeter/enabled', { enabled: false }, reader)
    expect(refused.status).to.equal(403)
    expect((await kernel.inject({ url: '/api/admin/plugins', as: null })).status).to.equal(401)
  })

  it('switch a plugin off for one tenant at once: its routes are not there, its events are passed over', async () => {
    const off = await call('PUT', '/api/admin/plugins/greeter/enabled', { enabled: false }, other)
    expect(off.body).to.include({ id: 'greeter', state: 'started', enabled: false })
    expect((await call('POST', '/api/greeter/Ann', undefined, other)).status).to.equal(404)
    expect((await call('POST', '/api/greeter/Ann')).status).to.equal(200)
    const back = await call('PUT', '/api/admin/plugins/greeter/enabled', { enabled: null }, other)
    expect(back.body).to.include({ enabled: true })
    expect((await call('POST', '/api/greeter/Ann', undefined, other)).status).to.equal(200)
  })

  it('leave a plugin off that the configuration does not enable, until a tenant switches it on', async () => {
    expect((await call('POST', '/api/faulty/poke/1')).status).to.equal(404)
    await call('PUT', '/api/admin/plugins/faulty/enabled', { enabled: true }, other)
    expect((await call('POST', '/api/faulty/poke/1', undefined, other)).status).to.equal(204)
    expect((await call('POST', '/api/faulty/poke/1')).status).to.equal(404)
  })

  it("show and change a plugin's settings by its schema, naming the field that is wrong", async () => {
    const url = '/api/admin/plugins/greeter/settings'
    const before = (await call('GET', url)).body as { settings: object; schema: { properties: object } }
    expect(before.settings).to.deep.equal({ mark: '!' })
    expect(before.schema.properties).to.have.property('mark')
    expect((await call('PATCH', url, { mark: '?' })).body).to.deep.include({ settings: { mark: '?' } })
    expect((await call('POST', '/api/greeter/Ann')).body).to.deep.equal({ text: 'Hello Ann?' })
    expect((await call('POST', '/api/greeter/Ann', undefined, other)).body).to.deep.equal({ text: 'Hello Ann!' })
    const refused = await call('PATCH', url, { mark: 'far too long' })
    expect(refused.status).to.equal(400)
    expect(refused.body).to.include({ code: 'settings.invalid' })
    expect(refused.text).to.include('"mark"')
    expect((await call('GET', '/api/admin/plugins/faulty/settings')).status).to.equal(404)
    expect((await call('GET', '/api/admin/plugins/nobody/settings')).status).to.equal(404)
  })

  it('show a tenant its own dead letters only, with the event, and replay or discard them', async () => {
    await call('PUT', '/api/admin/plugins/faulty/enabled', { enabled: true })
    await call('POST', '/api/faulty/poke/7')
    const letters = async (as?: TestTenant) =>
      list(await call('GET', '/api/admin/dead-letters?group=faulty.react', undefined, as))
    const mine = await eventually(async () => (await letters()).at(0))
    const url = `/api/admin/dead-letters/${mine.id}`
    const whole = (await call('GET', url)).body as { event: { data: object; tenantid: string } }
    expect(whole.event).to.deep.include({ data: { n: 7 }, tenantid: kernel.tenantId })

    for (const method of ['GET', 'DELETE']) expect((await call(method, url, undefined, other)).status).to.equal(404)
    expect((await call('POST', `${url}/replay`, undefined, other)).status).to.equal(404)
    expect((await call('GET', '/api/admin/dead-letters/nonsense')).status).to.equal(404)

    expect((await call('POST', `${url}/replay`)).status).to.equal(204)
    const again = await eventually(async () => (await letters()).at(0))
    expect(again.id, 'it failed again').to.equal(mine.id)
    expect((await call('DELETE', url)).status).to.equal(204)
    expect(await letters()).to.deep.equal([])
  })

  it('tell how far each handler is behind', async () => {
    await kernel.drain()
    const groups = list(await call('GET', '/api/admin/lag'))
    expect(groups.find((one) => one.group === 'greeter.count')).to.include({ events: 0, parked: 0, dead: 0 })
  })

  it('are in the OpenAPI document', async () => {
    const { body } = await call('GET', '/api/openapi.json')
    expect((body as { paths: object }).paths).to.include.keys(
      '/api/admin/plugins',
      '/api/admin/dead-letters/{id}/replay',
      '/api/admin/webhooks',
      '/api/admin/lag',
      '/api/connections',
      '/api/api-keys',
    )
  })
})

describe("the kernel's routes about providers and jobs", function () {
  this.timeout(30_000)

  it('show a tie between providers to the admin, who resolves it by binding the tenant', async () => {
    const { inject, createTenant, stop } = await startTestKernel({
      plugins: [fixture('gateway-one'), fixture('gateway-two')],
    })
    const url = '/api/admin/providers'
    const [tied] = list(await inject({ url }))
    expect(tied).to.deep.include({
      ...{ port: 'fixture-gateway@1', binding: null, chosen: null },
      problem: 'gateway-one, gateway-two serve this tenant equally well; bind one of them or set priorities',
    })
    const bind = (key: string | null) => inject({ method: 'PUT', url: `${url}/fixture-gateway@1`, payload: { key } })
    expect((await bind('gateway-two')).body).to.include({
      binding: 'gateway-two',
      chosen: 'gateway-two',
      problem: null,
    })
    expect((await bind('gateway-nine')).status).to.equal(400)
    expect((await inject({ method: 'PUT', url: `${url}/nothing@1`, payload: { key: null } })).status).to.equal(404)
    const other = await createTenant('other')
    expect(list(await inject({ url, as: other }))[0]).to.include({ binding: null, chosen: null })
    expect((await bind(null)).body).to.include({ binding: null, chosen: null })
    await stop()
  })

  it('show a tenant its own dead jobs only, and replay or discard them', async () => {
    const { inject, createTenant, stop } = await startTestKernel({
      plugins: [{ use: fixture('faulty'), settings: { fault: 'job-throws' } }],
    })
    await inject({ method: 'POST', url: '/api/faulty/poke/1' })
    const dead = async () => list(await inject({ url: '/api/admin/dead-jobs' })).at(0)
    const job = await eventually(dead)
    const url = `/api/admin/dead-jobs/${job.id}`
    const other = await createTenant('other')
    expect((await inject({ method: 'DELETE', url, as: other })).status).to.equal(404)
    expect((await inject({ method: 'POST', url: `${url}/replay` })).status).to.equal(204)
    const again = await eventually(async () => {
      const found = await dead()
      return found?.id === job.id ? undefined : found
    })
    expect((await inject({ method: 'DELETE', url: `/api/admin/dead-jobs/${again.id}` })).status).to.equal(204)
    expect(await dead()).to.equal(undefined)
    await stop()
  })
})

describe('a kernel without plugins', () => {
  it('boots, is ready, and answers', async () => {
    const kernel = await startTestKernel({ listen: true })
    expect((await fetch(`${kernel.baseUrl}/readyz`)).status).to.equal(200)
    expect((await kernel.inject({ url: '/api/admin/plugins' })).body).to.deep.equal({ items: [] })
    expect(String(kernel.kernel.report)).to.equal('no plugins')
    await kernel.stop()
  })
})
