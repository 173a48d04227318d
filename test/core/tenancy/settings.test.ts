import { expect } from 'chai'
import Joi from 'joi'
import { PluginTenantSettings } from '../../../core/tenancy/settings.ts'
import { type TenancyRooms, tenancyRooms } from './rooms.ts'

const schema = Joi.object({
  greeting: Joi.string().default('Hello'),
  hours: Joi.object({ from: Joi.number().min(0).max(23).required() }).default({ from: 9 }),
})

describe("a plugin's settings by tenant", () => {
  let rooms: TenancyRooms
  before(async () => {
    rooms = await tenancyRooms()
  })
  after(() => rooms.drop())

  const settingsOf = (pluginId: string, withSchema: Joi.ObjectSchema | undefined = schema) =>
    new PluginTenantSettings({
      ...{ pluginId, database: rooms.database, clock: rooms.clock, tenants: rooms.decisions },
      schema: withSchema,
    })

  it('are the defaults for a tenant that never chose', async () => {
    expect(await settingsOf('one').of(rooms.here)).to.deep.equal({ greeting: 'Hello', hours: { from: 9 } })
  })

  it('keep what was chosen and leave the rest to the defaults, for this tenant and this plugin only', async () => {
    const settings = settingsOf('two')
    expect(await settings.update(rooms.here, { greeting: 'Hi' })).to.deep.equal({ greeting: 'Hi', hours: { from: 9 } })
    expect(await settings.update(rooms.here, { hours: { from: 8 } })).to.deep.equal({
      greeting: 'Hi',
      hours: { from: 8 },
    })
    expect(await settings.of(rooms.here)).to.deep.equal({ greeting: 'Hi', hours: { from: 8 } })
    expect((await settings.of(rooms.there)).greeting).to.equal('Hello')
    expect((await settingsOf('three').of(rooms.here)).greeting).to.equal('Hello')
  })

  it('take a choice back with undefined', async () => {
    const settings = settingsOf('four')
    await settings.update(rooms.here, { greeting: 'Hi' })
    expect((await settings.update(rooms.here, { greeting: undefined })).greeting).to.equal('Hello')
  })

  it('are refused naming the field, and then nothing is stored', async () => {
    const settings = settingsOf('five')
    const error = await settings.update(rooms.here, { greeting: 'Yo', hours: { from: 99 } }).catch((thrown) => thrown)
    expect(error).to.include({ code: 'settings.invalid' })
    expect(error.details).to.deep.equal({ field: 'hours.from' })
    expect((await settings.of(rooms.here)).greeting).to.equal('Hello')
  })

  it('lose no patch when two are made at once', async () => {
    const settings = settingsOf('six')
    await Promise.all([
      settings.update(rooms.here, { greeting: 'Hi' }),
      settings.update(rooms.here, { hours: { from: 7 } }),
    ])
    expect(await settings.of(rooms.here)).to.deep.equal({ greeting: 'Hi', hours: { from: 7 } })
  })

  it('do not exist for a plugin that declares none', async () => {
    const settings = new PluginTenantSettings({
      ...{ pluginId: 'seven', database: rooms.database, clock: rooms.clock, tenants: rooms.decisions },
      schema: undefined,
    })
    expect(await settings.of(rooms.here)).to.deep.equal({})
    const error = await settings.update(rooms.here, { anything: 1 }).catch((thrown) => thrown)
    expect(error).to.include({ code: 'settings.invalid' })
  })
})
