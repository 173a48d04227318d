import { setTimeout as pause } from 'node:timers/promises'
import { createTestDatabase, type TestDatabase } from '@parley/core/testing'
import { expect } from 'chai'
import { type FlagsKernel, startFlagsKernel } from './flags-kernel.ts'

describe('the flags of two processes over one database', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let first: FlagsKernel
  let second: FlagsKernel
  before(async () => {
    database = await createTestDatabase()
    first = await startFlagsKernel({ database })
    second = await startFlagsKernel({ database })
  })
  after(async () => {
    await second?.stop()
    await first?.stop()
    await database?.drop()
  })

  const valueAt = ({ kernel, tenantId }: FlagsKernel) => kernel.flags.evaluate('shop.checkout', { tenantId })?.value

  /** Milliseconds until the kernel says so; two seconds are far too long. */
  async function delayUntil(kernel: FlagsKernel, value: unknown): Promise<number> {
    const start = performance.now()
    while (valueAt(kernel) !== value && performance.now() - start < 2000) await pause(5)
    expect(valueAt(kernel)).to.equal(value)
    return performance.now() - start
  }

  it('are the same within a second of a change, here at once', async () => {
    await first.create('shop.checkout')
    expect(valueAt(first)).to.equal(false)
    const delays = [await delayUntil(second, false)]
    for (const value of [true, false, true]) {
      await first.change('shop.checkout', { default: value ? 'on' : 'off' })
      expect(valueAt(first)).to.equal(value)
      delays.push(await delayUntil(second, value))
    }
    for (const delay of delays) expect(delay).to.be.lessThan(1000)
  })

  it('stay as they were while the database is away, and catch up afterwards', async () => {
    const { adminUrl } = database
    const name = new URL(adminUrl).pathname.slice(1)
    const { Client } = (await import('pg')).default
    const admin = new Client({ connectionString: adminUrl.replace(`/${name}`, '/postgres') })
    await admin.connect()
    await admin.query(`alter database ${name} allow_connections false`)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    await pause(900)
    expect(valueAt(second)).to.equal(true)
    await admin.query(`alter database ${name} allow_connections true`)
    await admin.end()
    await first.change('shop.checkout', { default: 'off' })
    await delayUntil(second, false)
  })
})
