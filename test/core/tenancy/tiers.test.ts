import { expect } from 'chai'
import type { PlanTiers } from '../../../core/contracts/ports/plan-tiers.ts'
import { Tiers } from '../../../core/tenancy/tiers.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { type TenancyRooms, tenancyRooms } from './rooms.ts'

describe("a tenant's plan", () => {
  let rooms: TenancyRooms
  before(async () => {
    rooms = await tenancyRooms()
  })
  after(() => rooms.drop())

  it('is what its record says, or whoever provides plans, and "free" for nobody that is there', async () => {
    let source: PlanTiers | undefined
    const clock = new TestClock()
    const tiers = new Tiers({ clock, cacheMs: 1000, cacheMax: 10, source: () => source, tenants: rooms.tenants })
    await rooms.database.transaction(rooms.here, (uow) => rooms.tenants.update({ plan: 'pro' }, uow))
    expect(await tiers.tierOf(rooms.here)).to.equal('pro')
    expect(await tiers.tierOf(rooms.unknown)).to.equal('free')
    source = { tierOf: async () => 'gold' }
    expect(await tiers.tierOf(rooms.here)).to.equal('pro')
    clock.advance(1000)
    expect(await tiers.tierOf(rooms.here)).to.equal('gold')
  })
})
