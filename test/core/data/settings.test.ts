import { expect } from 'chai'
import { readSettings } from '../../../core/config/settings.ts'
import { databaseSettings } from '../../../core/data/settings.ts'

describe('the settings of the database room', () => {
  it('have a default for everything, where the server has its say before the client gives up', () => {
    const settings = databaseSettings()
    expect(settings.pool).to.equal(10)
    expect(settings.embedded.watchMs).to.equal(1_000)
    expect(settings.statementTimeoutMs).to.be.lessThan(settings.queryTimeoutMs)
    expect(settings.lockTimeoutMs).to.be.lessThan(settings.queryTimeoutMs)
  })

  it('refuse a client that gives up before the server ends a slow statement', () => {
    const wrong = [
      { statementTimeoutMs: 10_000 },
      { lockTimeoutMs: 20_000 },
      { statementTimeoutMs: 0 },
      { queryTimeoutMs: 8_000 },
    ]
    for (const given of wrong) {
      expect(() => databaseSettings(given)).to.throw('"queryTimeoutMs" must be longer than')
    }
    expect(databaseSettings({ queryTimeoutMs: 0, statementTimeoutMs: 0 })).to.include({ statementTimeoutMs: 0 })
  })

  it('are refused by the name of their variables at the start', () => {
    expect(() => readSettings({ DATABASE_STATEMENT_TIMEOUT_MS: '10000' }, '/srv')).to.throw(
      /"DATABASE" .*"queryTimeoutMs" must be longer than "statementTimeoutMs"/,
    )
    expect(() => readSettings({ DATABASE_EMBEDDED_WATCH_MS: 'soon' }, '/srv')).to.throw('"DATABASE_EMBEDDED_WATCH_MS"')
  })
})
