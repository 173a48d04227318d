import { expect } from 'chai'
import { fixture } from '../kernel/fixtures.ts'
import { Installation } from './installation.ts'

const PLUGINS = [{ use: fixture('greeter') }, { use: fixture('faulty'), settings: { fault: 'none' } }]

describe('parley start', function () {
  this.timeout(60_000)
  let installation: Installation
  beforeEach(async () => {
    installation = await Installation.create(PLUGINS)
  })
  afterEach(() => installation.remove())

  it('prints the boot report and where it is, serves, and ends with 0 on SIGTERM', async () => {
    const server = await installation.start()
    expect((await fetch(`${server.baseUrl}/readyz`)).status).to.equal(200)
    expect((await server.call('POST', '/api/greeter/Ann')).body).to.deep.equal({ text: 'Hello Ann!' })
    const { code, stdout } = await server.stop()
    expect(code).to.equal(0)
    expect(stdout).to.match(/plugin +version +kind +state +ms +reason\ngreeter +1\.0\.0 +plugin +started/)
  })

  it('ends with 0 when the launcher that started it is gone', async () => {
    const server = await installation.start()
    server.process.child.disconnect()
    expect((await server.process.exit).code).to.equal(0)
  })

  it('stops at once when somebody insists', async () => {
    const server = await installation.start({ SHUTDOWN_LEAD_MS: '30000' })
    const began = performance.now()
    const insist = setInterval(() => server.process.child.kill('SIGTERM'), 100)
    const { code } = await server.process.exit
    clearInterval(insist)
    expect(code).to.equal(1)
    expect(performance.now() - began).to.be.within(2000, 20_000)
  })

  it('survives rejections that nobody caught, names their plugin, and pauses it when it makes a habit of them', async () => {
    const server = await installation.start({ BREAKER_REJECTIONS: '2' })
    expect((await server.call('POST', '/api/faulty/float')).status).to.equal(204)
    expect(await server.plugin('faulty')).to.include({ state: 'started', floatingRejections: 1 })
    await server.call('POST', '/api/faulty/float')
    const refused = await server.call('POST', '/api/faulty/float')
    expect(refused.status).to.equal(503)
    expect(refused.body.code).to.equal('plugin.circuit-open')
    expect((await server.plugin('faulty')).health).to.have.property('ok', false)
    expect((await server.call('POST', '/api/greeter/Ann')).status).to.equal(200)
    expect((await server.stop()).code).to.equal(0)
  })

  it('ends with 1 after an exception that nobody caught; a plugin that did it too often is left out until that is lifted', async () => {
    for (let crash = 1; crash <= 2; crash += 1) {
      const server = await installation.start({ QUARANTINE_CRASHES: '2' })
      await server.call('POST', '/api/faulty/crash')
      expect((await server.process.exit).code).to.equal(1)
    }
    const without = await installation.start()
    expect(await without.plugin('faulty')).to.include({ state: 'quarantined' })
    expect((await without.plugin('faulty')).reason).to.match(
      /ended the process 2 times, the last time with: nobody could catch this/,
    )
    expect((await without.call('POST', '/api/greeter/Ann')).status).to.equal(200)
    expect((await without.call('POST', '/api/faulty/crash')).status).to.equal(404)
    await without.stop()

    expect((await installation.run(['lift-quarantine', 'faulty'])).code).to.equal(0)
    const again = await installation.start()
    expect(await again.plugin('faulty')).to.include({ state: 'started' })
    await again.stop()
  })
})

describe('parley start, refused', function () {
  this.timeout(60_000)

  it('ends with 1 and the whole report when a required plugin does not run', async () => {
    const installation = await Installation.create([
      { use: fixture('greeter') },
      { use: fixture('import-throws'), required: true },
    ])
    const { code, stderr } = await installation.run(['start'])
    await installation.remove()
    expect(code).to.equal(1)
    expect(stderr).to.match(
      /required plugins do not run: import-throws \(failed: import threw: this file cannot be imported\)/,
    )
    expect(stderr).to.match(/greeter +1\.0\.0 +plugin/)
  })

  it('ends with 1 naming a setting that is wrong', async () => {
    const installation = await Installation.create([])
    const { code, stderr } = await installation.run(['start'], { PORT: 'http' })
    await installation.remove()
    expect(code).to.equal(1)
    expect(stderr).to.match(/"PORT" must be a number.*\(config\.environment-invalid\)/)
  })

  it('ends with 1 naming the port when another process has it', async () => {
    const installation = await Installation.create([])
    const server = await installation.start()
    const { code, stderr } = await installation.run(['start'], { PORT: new URL(server.baseUrl).port })
    await server.stop()
    await installation.remove()
    expect(code).to.equal(1)
    expect(stderr).to.match(/Could not listen on 127\.0\.0\.1/)
  })

  it('asks to migrate first when the tables are not there', async () => {
    const installation = await Installation.create([], { migrated: false })
    const refused = await installation.run(['start'])
    expect(refused.code).to.equal(1)
    expect(refused.stderr).to.include('run "parley migrate" first, or set MIGRATE_ON_START=true')
    expect((await installation.run(['migrate'])).stdout).to.include('parley: 0001-roles-and-tenants')
    const server = await installation.start()
    await server.stop()
    await installation.remove()
  })
})
