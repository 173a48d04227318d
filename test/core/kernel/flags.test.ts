import { expect } from 'chai'
import { flagProblems } from '../../../core/kernel/flag-problems.ts'
import type { PluginRecord } from '../../../core/kernel/record.ts'
import { startTestKernel, type TestKernel } from '../../../core/testing/start-test-kernel.ts'
import type { TestTenant } from '../../../core/testing/test-tenant.ts'
import { fixture } from './fixtures.ts'

describe('a plugin that hangs on flags', function () {
  this.timeout(30_000)
  let kernel: TestKernel
  let other: TestTenant
  before(async () => {
    kernel = await startTestKernel({ plugins: [fixture('flagged'), './plugins/flags'] })
    other = await kernel.createTenant('other')
  })
  after(() => kernel.stop())

  const status = async (url: string, as: Pick<TestTenant, 'apiKey'> | null = kernel.tenant) =>
    (await kernel.inject({ url, as })).status
  const decide = async (key: string, payload: object) => {
    const answer = await kernel.inject({ method: 'PATCH', url: `/api/admin/flags/${key}`, payload })
    expect(answer.status, answer.text).to.equal(200)
  }

  it('is there for the tenants that its flag is on for, and for nobody while it is switched off', async () => {
    expect(await status('/api/flagged')).to.equal(200)
    await decide('flagged.plugin', { default: 'off', rules: [{ tenants: [other.id], serve: 'on' }] })
    expect(await status('/api/flagged')).to.equal(404)
    expect(await status('/api/flagged', other)).to.equal(200)
    await decide('flagged.plugin', { enabled: false, off: 'off' })
    expect(await status('/api/flagged', other)).to.equal(404)
    await kernel.inject({ method: 'DELETE', url: '/api/admin/flags/flagged.plugin' })
    expect(await status('/api/flagged')).to.equal(200)
  })

  it('shows a route to the tenants that the flag of the route is on for; a public one by what it says of nobody', async () => {
    expect(await status('/api/flagged/new')).to.equal(404)
    await decide('flagged.route', { rules: [{ tenants: [kernel.tenantId], serve: 'on' }] })
    expect(await status('/api/flagged/new')).to.equal(204)
    expect(await status('/api/flagged/new', other)).to.equal(404)
    expect(await status('/api/flagged/open', null)).to.equal(404)
    await decide('flagged.route', { default: 'on' })
    expect(await status('/api/flagged/open', null)).to.equal(204)
  })

  it('hands a handler the events of the tenants that its flag is on for, and passes the others over', async () => {
    const poke = (text: string, as = kernel.tenant) =>
      kernel.inject({ method: 'POST', url: '/api/flagged/poke', payload: { text }, as })
    const heard = async () => (await kernel.inject({ url: '/api/flagged' })).body
    await poke('before')
    await kernel.drain()
    await decide('flagged.handler', { rules: [{ tenants: [kernel.tenantId], serve: 'on' }] })
    await poke('elsewhere', other)
    await poke('after')
    await kernel.drain()
    expect(await heard()).to.deep.equal({ heard: ['after'] })
    expect((await kernel.inject({ url: '/api/flagged', as: other })).body).to.deep.equal({ heard: [] })
  })

  it('costs only itself when it brings a flag that cannot be', async () => {
    const { kernel: other, stop } = await startTestKernel({ plugins: [fixture('bad-flag'), fixture('flagged')] })
    expect(other.report.failures.map(({ plugin, reason }) => `${plugin}: ${reason}`)).to.have.length(1)
    expect(other.report.failures[0]?.reason).to.include('the flag bad-flag.tone: default names "loud"')
    expect(other.flags.isOn('flagged.plugin', '')).to.equal(true)
    await stop()
  })

  it('is refused at boot when it names a flag that it does not bring, or brings one that cannot be', () => {
    const flags = [
      { key: 'elsewhere.one', summary: '', default: 'on' },
      { key: 'leads.colour', summary: '', kind: 'string', default: 'red' },
    ]
    const record = { id: 'leads', plugin: { manifest: { flags, flag: 'leads.colour' } } } as unknown as PluginRecord
    expect(flagProblems(record, { routes: [{ id: 'x', flag: 'leads.two' }] as never })).to.deep.equal([
      'the flag elsewhere.one must begin with "leads."',
      'the flag leads.colour: off names "red", which is no variant',
      'the flag leads.colour: default names "red", which is no variant',
      'the manifest names the flag leads.colour, which is no boolean flag of its manifest',
      'route x names the flag leads.two, which is no boolean flag of its manifest',
    ])
  })
})
