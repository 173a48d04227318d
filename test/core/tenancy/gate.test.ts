import { expect } from 'chai'
import { createGate } from '../../../core/tenancy/gate.ts'
import type { TenantPluginMap } from '../../../core/tenancy/tenant-plugins.ts'

const TENANT = '018f0000-0000-7000-8000-000000000001'

function gateOver(decisions: Record<string, boolean | null>) {
  const plugins: TenantPluginMap = new Map(
    Object.entries(decisions).map(([id, enabled]) => [id, { enabled, settings: {} }]),
  )
  return createGate({
    tenants: { of: async (tenantId) => (tenantId === TENANT ? plugins : new Map()) },
    started: (id) => id !== 'broken',
    enabledByDefault: (id) => id !== 'costly',
  })
}

describe('the gate', () => {
  it('is shut for a plugin that has not started, whatever the tenant decided', async () => {
    expect(await gateOver({ broken: true })('broken', TENANT)).to.equal(false)
    expect(await gateOver({})('broken', '')).to.equal(false)
  })

  it('follows the decision of the tenant, and the default of the configuration where there is none', async () => {
    const gate = gateOver({ inbox: false, costly: true, leads: null })
    expect(await gate('inbox', TENANT)).to.equal(false)
    expect(await gate('costly', TENANT)).to.equal(true)
    expect(await gate('leads', TENANT)).to.equal(true)
    expect(await gate('costly', 'another')).to.equal(false)
  })

  it('asks only whether the plugin has started when there is no tenant, and is always open for the kernel', async () => {
    expect(await gateOver({ inbox: false })('inbox', '')).to.equal(true)
    expect(await gateOver({})('parley', TENANT)).to.equal(true)
  })
})
