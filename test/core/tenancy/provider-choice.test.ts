import { expect } from 'chai'
import { ProviderRegistry } from '../../../core/kernel/providers.ts'
import { defineManyPort } from '../../../core/plugin/port.ts'
import { ProviderChoice } from '../../../core/tenancy/provider-choice.ts'
import { type TenancyRooms, tenancyRooms } from './rooms.ts'

const gateway = defineManyPort<{ name: string }>('gateway')

describe('the choice of a provider for a tenant', () => {
  let rooms: TenancyRooms
  let choice: ProviderChoice
  before(async () => {
    rooms = await tenancyRooms()
    const providers = new ProviderRegistry(() => true)
    providers.add('stripe', { port: gateway, key: 'stripe', value: { name: 'Stripe' } })
    providers.add('razorpay', { port: gateway, key: 'razorpay', value: { name: 'Razorpay' }, regions: ['IN'] })
    const gate = async (pluginId: string, tenantId: string) => pluginId !== 'stripe' || tenantId !== rooms.there
    choice = new ProviderChoice({ providers, gate, database: rooms.database, clock: rooms.clock })
  })
  after(() => rooms.drop())

  it('goes by region, and by what is enabled for the tenant', async () => {
    expect(await choice.choose(gateway, rooms.here, { region: 'IN' })).to.include({ key: 'razorpay' })
    expect(await choice.choose(gateway, rooms.here, { region: 'DE' })).to.deep.include({ value: { name: 'Stripe' } })
    expect(await choice.choose(gateway, rooms.there, { region: 'DE' })).to.include({ reason: 'no-provider' })
  })

  it('obeys the binding of that tenant until it is taken back', async () => {
    await choice.bind(gateway, rooms.here, 'stripe')
    expect(await choice.choose(gateway, rooms.here, { region: 'IN' })).to.include({ key: 'stripe' })
    expect(await choice.bindings(gateway, rooms.there)).to.deep.equal([])
    await choice.bind(gateway, rooms.here, null)
    expect(await choice.choose(gateway, rooms.here, { region: 'IN' })).to.include({ key: 'razorpay' })
  })

  it('lets the closest of several bindings decide: region and currency, then region, then currency', async () => {
    const chosen = async (region: string, currency: string) => {
      const result = await choice.choose(gateway, rooms.here, { region, currency })
      return result.ok ? result.key : result.reason
    }
    await choice.bind(gateway, rooms.here, 'stripe', { currency: 'USD' })
    await choice.bind(gateway, rooms.here, 'razorpay', { region: 'IN' })
    await choice.bind(gateway, rooms.here, 'stripe', { region: 'IN', currency: 'EUR' })
    expect(await chosen('IN', 'INR')).to.equal('razorpay')
    expect(await chosen('IN', 'USD')).to.equal('razorpay')
    expect(await chosen('IN', 'EUR')).to.equal('stripe')
    expect(await chosen('DE', 'USD')).to.equal('stripe')
    expect(await choice.bindings(gateway, rooms.here)).to.have.length(3)
    await choice.bind(gateway, rooms.here, null, { region: 'IN' })
    expect(await chosen('IN', 'USD')).to.equal('stripe')
  })
})
