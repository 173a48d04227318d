import { expect } from 'chai'
import knexOf from 'knex'
import { down, up } from '../../../../migrations/0004-http.ts'
import { type Stored, storeOnDatabase } from './fixture.ts'

describe('migrations/0004-http', () => {
  let stored: Stored
  before(async () => {
    stored = await storeOnDatabase()
  })
  after(() => stored.db.drop())

  it('goes back without a trace, and forward again', async () => {
    const admin = knexOf({ client: 'pg', connection: stored.db.adminUrl })
    const traces = async () => {
      const { rows } = await admin.raw(
        `select relname as name from pg_class where relname like '%idempotency%' union select proname from pg_proc where proname like '%idempotency%'`,
      )
      return rows.length
    }
    const before = await traces()
    await down(admin)
    expect(await traces()).to.equal(0)
    await up(admin)
    expect(await traces()).to.equal(before)
    expect(await stored.store.purge()).to.equal(0)
    await admin.destroy()
  })
})
