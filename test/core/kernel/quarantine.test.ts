import { expect } from 'chai'
import { Quarantine } from '../../../core/kernel/quarantine.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { createTestDatabase, type TestDatabase } from '../../../core/testing/test-database.ts'

describe('the quarantine', () => {
  const clock = new TestClock()
  let database: TestDatabase
  let quarantine: Quarantine
  beforeEach(async () => {
    database = await createTestDatabase()
    quarantine = new Quarantine({ knex: database.knex, clock, settings: { crashes: 3, windowMs: 600_000 } })
  })
  afterEach(() => database.drop())

  const crash = (plugin: string) => quarantine.recordCrash(plugin, 'boom')

  it('takes in a plugin with its third crash in ten minutes, and says why', async () => {
    expect([await crash('bad'), await crash('bad')]).to.deep.equal([false, false])
    expect(await quarantine.list()).to.have.property('size', 0)
    expect(await crash('bad')).to.equal(true)
    expect((await quarantine.list()).get('bad')).to.match(
      /^in quarantine since .*: it ended the process 3 times, the last time with: boom$/,
    )
  })

  it('does not count crashes that are older, or another plugin’s', async () => {
    await crash('bad')
    await crash('bad')
    clock.advance(600_001)
    await crash('other')
    expect(await crash('bad')).to.equal(false)
  })

  it('can be lifted, and then the count starts again', async () => {
    for (let i = 0; i < 3; i += 1) await crash('bad')
    expect(await quarantine.lift('bad')).to.equal(true)
    expect(await quarantine.lift('bad')).to.equal(false)
    expect(await crash('bad')).to.equal(false)
    expect((await quarantine.list()).size).to.equal(0)
  })

  it("does not count the kernel's own crashes, and never keeps a dying process from ending", async () => {
    await quarantine.recordWithin(1000, 'parley', new Error('ours'), silentLogger)
    await database.drop()
    await quarantine.recordWithin(1000, 'bad', new Error('boom'), silentLogger)
    database = await createTestDatabase()
  })
})
