import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventually } from '../kernel/eventually.ts'
import { fixture } from '../kernel/fixtures.ts'
import { Installation } from './installation.ts'

describe('the command line', function () {
  this.timeout(60_000)
  let installation: Installation
  before(async () => {
    installation = await Installation.create([
      { use: fixture('greeter') },
      { use: fixture('missing-port') },
      { use: fixture('parrot') },
    ])
  })
  after(() => installation.remove())

  it('lists its commands, and says more about each', async () => {
    const all = await installation.run(['--help'])
    expect(all.code).to.equal(0)
    for (const name of ['start', 'migrate', 'plugins', 'dead-letters', 'replay', 'simulate', 'lift-quarantine']) {
      expect(all.stdout).to.match(new RegExp(`^ {2}${name}\\b`, 'm'))
      expect((await installation.run([name, '--help'])).stdout).to.include(`usage: parley ${name}`)
    }
  })

  it('ends with 2 when it is called in a way it cannot be', async () => {
    for (const args of [
      [],
      ['dance'],
      ['migrate', '--sideways'],
      ['migrate', '--rollback'],
      ['simulate', 'whatsapp'],
    ]) {
      expect((await installation.run(args)).code, args.join(' ')).to.equal(2)
    }
  })

  it('shows what became of the configured plugins, and ends with 1 when one of them cannot run', async () => {
    const { code, stdout, stderr } = await installation.run(['plugins'])
    expect(stdout).to.match(/greeter +1\.0\.0 +plugin +loaded/)
    expect(stdout).to.match(/missing-port +1\.0\.0 +plugin +blocked .*nobody provides fixture-nobody@1/)
    expect(stderr).to.include('1 of 3 cannot run')
    expect(code).to.equal(1)
  })

  it('takes tables away only when that is confirmed', async () => {
    const refused = await installation.run(['migrate', '--rollback', 'parley'])
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.include('this deletes all data of parley; say --yes')
    expect((await installation.run(['migrate', '--rollback', 'all', '--yes'])).code).to.equal(0)
    expect((await installation.run(['migrate'])).stdout).to.include('0005-kernel')
  })

  it('says which channels have a simulator when the one asked for has none', async () => {
    const { code, stderr } = await installation.run(['simulate', 'pigeon', 'Hello'])
    expect(code).to.equal(1)
    expect(stderr).to.include('pigeon has no simulator; there are: parrot')
  })

  it('lists who is in quarantine', async () => {
    expect((await installation.run(['lift-quarantine'])).stdout).to.include('no plugin is in quarantine')
    expect((await installation.run(['lift-quarantine', 'greeter'])).code).to.equal(1)
  })

  it('writes as a customer through the simulator of a channel, told where the demo is', async () => {
    await mkdir(join(installation.folder, 'home'), { recursive: true })
    await writeFile(join(installation.folder, 'home', 'demo.json'), '{"baseUrl":"http://localhost:1"}')
    const { code, stdout } = await installation.run(['simulate', 'parrot', 'Hello', 'there'])
    expect(stdout).to.equal('Hello there (to http://localhost:1)\n')
    expect(code).to.equal(0)
  })
})

describe('dead letters and replay on the command line', function () {
  this.timeout(120_000)

  it('show, replay and discard what a handler has given up; replay sets a handler back', async () => {
    const installation = await Installation.create([
      { use: fixture('greeter') },
      { use: fixture('faulty'), settings: { fault: 'handler-throws' } },
    ])
    const server = await installation.start()
    await server.call('POST', '/api/faulty/poke/5')
    await server.call('POST', '/api/greeter/Ann')
    const list = async () => (await installation.run(['dead-letters', 'list', '--group', 'faulty.react'])).stdout
    const listed = await eventually(list, (text) => text.includes('handler is broken'))
    const id = listed.split('\n')[1]?.trim() ?? ''
    expect((await installation.run(['dead-letters', 'show', id])).stdout).to.include('"n": 5')
    expect((await installation.run(['dead-letters', 'replay', id])).stdout).to.equal('1 will be handled again\n')
    await eventually(list, (text) => text.includes(id))
    expect((await installation.run(['dead-letters', 'discard', id])).stdout).to.equal('1 given up\n')
    expect(await list()).to.equal('no dead letters\n')
    expect((await installation.run(['dead-letters', 'show', id])).code).to.equal(1)
    expect((await installation.run(['dead-letters', 'show', 'nonsense'])).code).to.equal(2)

    expect((await server.call('GET', '/api/greeter')).body).to.include({ events: 1 })
    const replayed = await installation.run(['replay', 'greeter.count'])
    expect(replayed.stdout).to.equal('greeter.count goes back to the beginning of the log\n')
    const again = await installation.run(['replay', 'greeter.nothing'])
    expect(again.code).to.equal(1)
    expect(again.stderr).to.include('No group greeter.nothing runs here')
    expect((await installation.run(['replay', 'greeter.count', '--from', 'yesterday'])).code).to.equal(2)
    await server.stop()
    await installation.remove()
  })
})
