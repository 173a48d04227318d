import { expect } from 'chai'
import { fixture } from '../kernel/fixtures.ts'
import { Installation } from './installation.ts'

describe('the command line', function () {
  this.timeout(60_000)
  let installation: Installation
  before(async () => {
    installation = await Installation.create([{ use: fixture('greeter') }, { use: fixture('missing-port') }])
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
    expect(stderr).to.include('1 of 2 cannot run')
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
    expect(stderr).to.include('pigeon has no simulator; there are: none')
  })

  it('lists who is in quarantine', async () => {
    expect((await installation.run(['lift-quarantine'])).stdout).to.include('no plugin is in quarantine')
    expect((await installation.run(['lift-quarantine', 'greeter'])).code).to.equal(1)
  })
})
