import { expect } from 'chai'
import { type TenancyRooms, tenancyRooms } from './rooms.ts'

describe('what tenants decided about plugins', () => {
  let rooms: TenancyRooms
  beforeEach(async () => {
    rooms = await tenancyRooms()
  })
  afterEach(() => rooms.drop())

  const enabled = async (process: Pick<TenancyRooms, 'decisions'>, tenant: string) =>
    (await process.decisions.of(tenant)).get('inbox')?.enabled

  it('is nothing at first, and each tenant decides for itself', async () => {
    expect(await enabled(rooms, rooms.here)).to.equal(undefined)
    await rooms.enablement.set(rooms.here, 'inbox', false)
    expect(await enabled(rooms, rooms.here)).to.equal(false)
    expect(await enabled(rooms, rooms.there)).to.equal(undefined)
  })

  it('counts at once in the process that changed it, and within a second in another', async () => {
    const other = rooms.process()
    expect(await enabled(other, rooms.here)).to.equal(undefined)
    await rooms.enablement.set(rooms.here, 'inbox', true)
    expect(await enabled(rooms, rooms.here)).to.equal(true)
    rooms.clock.advance(1000)
    expect(await enabled(other, rooms.here)).to.equal(true)
  })

  it('can be taken back to the default', async () => {
    await rooms.enablement.set(rooms.here, 'inbox', false)
    await rooms.enablement.set(rooms.here, 'inbox', null)
    expect(await enabled(rooms, rooms.here)).to.equal(null)
  })
})
