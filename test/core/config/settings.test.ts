import { expect } from 'chai'
import { readSettings } from '../../../core/config/settings.ts'

describe('the settings from the environment', () => {
  it('have a default for everything', () => {
    const settings = readSettings({}, '/srv/parley')
    expect(settings).to.include({ port: 3000, home: '/srv/parley/.parley', databaseUrl: undefined, migrateOnStart: false })
    expect(settings.plugins).to.equal(undefined)
  })

  it('are read from their variables, and an empty variable counts as absent', () => {
    const settings = readSettings(
      { PORT: '0', PLUGINS: 'inbox,contacts', MIGRATE_ON_START: 'true', PUBLIC_URL: 'https://x.example/', LOG_LEVEL: '' },
      '/srv',
    )
    expect(settings).to.include({ port: 0, migrateOnStart: true, publicUrl: 'https://x.example', logLevel: 'info' })
    expect(settings.plugins).to.deep.equal(['inbox', 'contacts'])
  })

  it('stop the boot naming every variable that is wrong', () => {
    expect(() => readSettings({ PORT: 'http', DATABASE_POOL: '0', LOG_LEVEL: 'loud' }, '/srv')).to.throw(
      /"PORT" must be a number.*"DATABASE_POOL" must be greater than or equal to 1.*"LOG_LEVEL" must be one of/,
    )
  })

  it('never repeat a value that was refused: it may hold a password', () => {
    expect(() => readSettings({ DATABASE_URL: 'mysql://root:hunter2@db' }, '/srv'))
      .to.throw('DATABASE_URL')
      .and.satisfies((error: Error) => !error.message.includes('hunter2'))
  })
})
