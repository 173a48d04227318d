import { expect } from 'chai'
import { createGate } from '../../../core/tenancy/gate.ts'
import type { TenantPluginMap } from '../../../core/tenancy/tenant-plugins.ts'

const TENANT = '018f0000-0000-7000-8000-000000000001'

/** `flags`: for whom each is on, `''` being nobody in particular. */
function gateOver(decisions: Record<string, boolean | null>, flags: Record<string, readonly string[]> = {}) {
  const plugins: TenantPluginMap = new Map(
    Object.entries(decisions).map(([id, enabled]) => [id, { enabled, settings: {} }]),
  )
  return createGate({
    tenants: { of: async (tenantId) => (tenantId === TENANT ? plugins : new Map()) },
    started: (id) => id !== 'broken',
    enabledByDefault: (id) => id !== 'costly',
    flags: { isOn: (flag, tenantId) => flags[flag]?.includes(tenantId) ?? false },
    flagOf: (id) => (id === 'leads' ? 'leads.beta' : undefined),
  })
}

describe('the gate', () => {
  it('is shut for a plugin that has not started, whatever the tenant decided', async () => {
    expect(await gateOver({ broken: true })('broken', TENANT)).to.equal(false)
    expect(await gateOver({})('broken', '')).to.equal(false)
  })

  it('follows the decision of the tenant, and the default of the configuration where there is none', async () => {
    const gate = gateOver({ inbox: false, costly: true, billing: null })
    expect(await gate('inbox', TENANT)).to.equal(false)
    expect(await gate('costly', TENANT)).to.equal(true)
    expect(await gate('billing', TENANT)).to.equal(true)
    expect(await gate('costly', 'another')).to.equal(false)
  })

  it('asks only whether the plugin has started when there is no tenant, and is always open for the kernel', async () => {
    expect(await gateOver({ inbox: false })('inbox', '')).to.equal(true)
    expect(await gateOver({})('parley', TENANT)).to.equal(true)
  })

  it('is shut for a tenant that the flag of the plugin is off for, and leaves a public route to ask its own flag', async () => {
    const open = gateOver({ leads: true }, { 'leads.beta': [TENANT] })
    expect(await open('leads', TENANT)).to.equal(true)
    expect(await open('leads', 'another')).to.equal(false)
    expect(await open('leads', '')).to.equal(true)
    expect(await gateOver({ leads: true })('leads', TENANT)).to.equal(false)
  })

  it('is shut where the flag of the one route or handler is off', async () => {
    const gate = gateOver({}, { 'inbox.new': [TENANT], 'inbox.open': [''] })
    expect(await gate('inbox', TENANT, 'inbox.new')).to.equal(true)
    expect(await gate('inbox', 'another', 'inbox.new')).to.equal(false)
    expect(await gate('inbox', '', 'inbox.new')).to.equal(false)
    expect(await gate('inbox', '', 'inbox.open')).to.equal(true)
  })
})
