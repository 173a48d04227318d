import { expect } from 'chai'
import { type TenancyRooms, tenancyRooms } from './rooms.ts'

describe('the tenants', () => {
  let rooms: TenancyRooms
  before(async () => {
    rooms = await tenancyRooms()
  })
  after(() => rooms.drop())

  it('are created with defaults, and found by id and slug', async () => {
    const made = await rooms.tenants.create({
      slug: 'salon',
      name: 'Salon',
      region: 'IN',
      currency: 'INR',
      timeZone: 'Asia/Kolkata',
    })
    if (!made.ok) throw new Error(made.detail)
    expect(made.tenant).to.include({ slug: 'salon', region: 'IN', timeZone: 'Asia/Kolkata', status: 'active' })
    expect(await rooms.tenants.find(made.tenant.id)).to.deep.equal(made.tenant)
    expect(await rooms.tenants.findBySlug('salon')).to.deep.equal(made.tenant)
    expect(await rooms.tenants.findBySlug('here')).to.include({ region: 'US', currency: 'USD', timeZone: 'UTC' })
    expect(await rooms.tenants.find(rooms.unknown)).to.equal(undefined)
  })

  it('have a slug of their own', async () => {
    expect(await rooms.tenants.create({ slug: 'here', name: 'Again' })).to.include({ ok: false, reason: 'slug-taken' })
  })

  it('are refused naming every field that is wrong', async () => {
    const create = rooms.tenants.create({ slug: 'Not A Slug', name: '', region: 'India', timeZone: 'Mars/Olympus' })
    const error = await create.catch((thrown) => thrown)
    expect(error).to.include({ code: 'tenant.invalid' })
    for (const field of ['slug', 'name', 'region', 'timeZone']) expect(error.message).to.include(`"${field}"`)
  })

  it('are listed page by page in the order they were made', async () => {
    const [first] = await rooms.tenants.list({ limit: 1 })
    const rest = await rooms.tenants.list({ limit: 100, after: first?.id ?? '' })
    expect([first, ...rest].map((tenant) => tenant?.slug)).to.include.ordered.members(['here', 'there'])
  })
})
