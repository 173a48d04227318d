import { expect } from 'chai'
import Joi from 'joi'
import { AuditLog, AuditReader } from '../../../core/audit/index.ts'
import { SettingLayers } from '../../../core/tenancy/setting-layers.ts'
import { PluginTenantSettings } from '../../../core/tenancy/settings.ts'
import { type TenancyRooms, tenancyRooms } from './rooms.ts'

const schema = Joi.object({
  greeting: Joi.string().default('Hello'),
  sound: Joi.boolean().default(true),
  apiKey: Joi.string(),
})
const operator = { kind: 'user', id: 'operator' } as const
const admin = { kind: 'user', id: 'admin' } as const

describe('settings in layers', () => {
  let rooms: TenancyRooms
  before(async () => {
    rooms = await tenancyRooms()
  })
  after(() => rooms.drop())

  const settingsOf = (pluginId: string) => {
    const { database, clock, decisions } = rooms
    const layers = new SettingLayers({ database, clock, cacheMs: 1000 })
    const audit = new AuditLog({ clock })
    return new PluginTenantSettings({
      ...{ pluginId, schema, database, clock, tenants: decisions, layers, audit },
      personal: ['sound'],
    })
  }

  it('lay the tenant’s choice over the platform’s, and a person’s over both', async () => {
    const settings = settingsOf('one')
    await settings.updatePlatform({ greeting: 'Welcome' }, operator)
    expect((await settings.of(rooms.here)).greeting).to.equal('Welcome')
    await settings.update(rooms.here, { greeting: 'Hi' }, admin)
    expect((await settings.of(rooms.here)).greeting).to.equal('Hi')
    expect((await settings.of(rooms.there)).greeting).to.equal('Welcome')
    await settings.updateUser(rooms.here, 'ann', { sound: false })
    expect(await settings.ofUser(rooms.here, 'ann')).to.deep.equal({ greeting: 'Hi', sound: false })
    expect(await settings.ofUser(rooms.here, 'ben')).to.deep.equal({ greeting: 'Hi', sound: true })
    await settings.update(rooms.here, { greeting: undefined }, admin)
    expect((await settings.of(rooms.here)).greeting).to.equal('Welcome')
  })

  it('reach another process within the cache’s second', async () => {
    const [here, elsewhere] = [settingsOf('two'), settingsOf('two')]
    expect((await elsewhere.of(rooms.here)).greeting).to.equal('Hello')
    await here.updatePlatform({ greeting: 'Welcome' }, operator)
    rooms.clock.advance(1000)
    expect((await elsewhere.of(rooms.here)).greeting).to.equal('Welcome')
  })

  it('name the last editor of each layer', async () => {
    const settings = settingsOf('three')
    await settings.updatePlatform({ greeting: 'Welcome' }, operator)
    await settings.update(rooms.here, { sound: false }, admin)
    expect(await settings.platform()).to.deep.include({ updatedBy: 'user:operator', updatedAt: rooms.clock.now() })
    expect(await settings.chosen(rooms.here)).to.deep.equal({
      settings: { sound: false },
      updatedBy: 'user:admin',
      updatedAt: rooms.clock.now(),
    })
  })

  it('leave a person only the fields that the plugin leaves to persons', async () => {
    const error = await settingsOf('four')
      .updateUser(rooms.here, 'ann', { greeting: 'Yo' })
      .catch((caught) => caught)
    expect(error).to.include({ code: 'settings.invalid' })
  })

  it('are written into the audit log with what was there before, secrets masked', async () => {
    await settingsOf('five').update(rooms.here, { greeting: 'Hi', apiKey: 'sk-123' }, admin)
    const [record] = await new AuditReader({ database: rooms.database }).list(rooms.here, { limit: 1 })
    expect(record?.body).to.deep.include({
      action: 'settings.changed',
      target: { kind: 'tenant-settings', id: 'five' },
    })
    expect(record?.detail?.before).to.deep.equal({ greeting: null, apiKey: null })
    expect(record?.detail?.after).to.deep.equal({ greeting: 'Hi', apiKey: '[masked]' })
  })
})
