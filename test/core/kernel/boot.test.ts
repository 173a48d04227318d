import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readSettings } from '../../../core/config/settings.ts'
import { bootKernel, type Kernel } from '../../../core/kernel/kernel.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { startTestKernel } from '../../../core/testing/start-test-kernel.ts'
import { createTestDatabase } from '../../../core/testing/test-database.ts'
import { fixture } from './fixtures.ts'

const stateOf = (kernel: Kernel, id: string) => kernel.report.entries.find((entry) => entry.plugin === id)

describe('a boot without DATABASE_URL', function () {
  this.timeout(60_000)

  it('keeps a database of its own under PARLEY_HOME, makes all tables, and finds everything again the next time', async () => {
    const home = await mkdtemp(join(tmpdir(), 'parley-home-'))
    const settings = readSettings({ PARLEY_HOME: home, PORT: '0', HOST: '127.0.0.1', SHUTDOWN_LEAD_MS: '0' }, home)
    const boot = () =>
      bootKernel({ settings, config: { plugins: [{ use: fixture('tables') }] }, root: home, log: silentLogger })
    const first = await boot()
    expect(stateOf(first, 'tables')).to.include({ state: 'started' })
    await first.tenants.create({ slug: 'kept', name: 'Kept' })
    await first.stop()
    const second = await boot()
    expect(await second.tenants.findBySlug('kept')).to.include({ name: 'Kept' })
    await second.stop()
    await rm(home, { recursive: true })
  })
})

describe('a boot with DATABASE_URL', function () {
  this.timeout(60_000)

  it('blocks a plugin whose tables are behind, naming what did not run, and goes on with the others', async () => {
    const database = await createTestDatabase()
    const plugins = [fixture('tables'), fixture('greeter')]
    const behind = await startTestKernel({ plugins, database, env: { MIGRATE_ON_START: 'false' } })
    expect(stateOf(behind.kernel, 'tables')).to.deep.include({
      state: 'blocked',
      reason: 'its tables are behind: 0001-things did not run',
    })
    expect(stateOf(behind.kernel, 'greeter')).to.include({ state: 'started' })
    await behind.stop()

    const migrated = await startTestKernel({ plugins, database, env: { MIGRATE_ON_START: 'true' } })
    expect(stateOf(migrated.kernel, 'tables')).to.include({ state: 'started' })
    await migrated.stop()
    const current = await startTestKernel({ plugins, database, env: { MIGRATE_ON_START: 'false' } })
    expect(stateOf(current.kernel, 'tables')).to.include({ state: 'started' })
    await current.stop()
    await database.drop()
  })

  it('blocks a plugin whose migrations fail, and nothing of them is kept', async () => {
    const database = await createTestDatabase()
    const { kernel, stop } = await startTestKernel({ plugins: [fixture('bad-tables'), fixture('greeter')], database })
    expect(stateOf(kernel, 'bad-tables')?.state).to.equal('blocked')
    expect(stateOf(kernel, 'bad-tables')?.reason).to.match(/its migrations fail: .*nonsense/)
    expect(stateOf(kernel, 'greeter')).to.include({ state: 'started' })
    await stop()
    await database.drop()
  })

  it('is refused while PLUGINS names a plugin that is not configured', async () => {
    const error = await startTestKernel({ plugins: [fixture('greeter')], env: { PLUGINS: 'greeter,inbox' } }).catch(
      (e) => e,
    )
    expect(error).to.include({ code: 'config.plugins-unknown' })
  })
})

describe('a kernel that stops', function () {
  this.timeout(60_000)

  it('says that it is not ready before it refuses anybody, and then lets go of everything', async () => {
    const { kernel, baseUrl, stop } = await startTestKernel({ listen: true, env: { SHUTDOWN_LEAD_MS: '500' } })
    const stopped = stop()
    const [ready, alive] = await Promise.all([fetch(`${baseUrl}/readyz`), fetch(`${baseUrl}/healthz`)])
    expect([ready.status, alive.status]).to.deep.equal([503, 200])
    await stopped
    const refused = await fetch(`${baseUrl}/healthz`).catch((error) => error)
    expect(refused).to.be.instanceOf(Error)
    await kernel.stop()
  })
})
