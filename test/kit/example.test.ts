import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../pack/compile.ts'
import { PartnerFolder } from './partner-folder.ts'
import { Terminal } from './terminal.ts'

describe('the worked example, Telegram, as a package of its own beside the packed @parley/core', function () {
  this.timeout(600_000)
  let folder: PartnerFolder

  before(async () => {
    folder = await PartnerFolder.open()
    const here = (file: string) => !file.includes('node_modules')
    await cp(join(ROOT, 'docker/examples/telegram'), folder.path, { recursive: true, filter: here })
    const { code, output } = await folder.run('npm install')
    expect(code, output).to.equal(0)
  })
  after(() => folder?.close())

  it('checks strictly against the types that a partner gets', async () => {
    const { code, output } = await folder.run('npm run check --silent')
    expect(output).to.equal('')
    expect(code).to.equal(0)
  })

  it('conforms, with a reason for every case that Telegram cannot have', async () => {
    const { code, output } = await folder.run('npm run conformance --silent')
    expect(code, output).to.equal(0)
    expect(output).to.not.include('FAILED')
    for (const name of ['echo', 'tampered', 'settlesUnknown', 'earlyStatus'])
      expect(output).to.include(`Telegram, ${name}: `)
  })

  it('passes its own tests', async () => {
    const { code, output } = await folder.run('npm test --silent')
    expect(code, output).to.equal(0)
  })

  it('packs as JavaScript that an installation loads by its name', async () => {
    const packed = await folder.run(
      'npm pack --silent && mkdir ../installation && cd ../installation && npm init -y --silent',
    )
    expect(packed.code, packed.output).to.equal(0)
    const config = `export default { plugins: [${['@parley/local-files', 'parley-channel-telegram'].map((use) => `{ use: '${use}' }`)}] }`
    const steps = [
      'cd ../installation',
      'npm install @parley/core @parley/local-files ../work/parley-channel-telegram-1.0.0.tgz',
      `mkdir config && echo "${config}" > config/index.mjs`,
      'npx parley plugins',
    ]
    const { code, output } = await folder.run(steps.join(' && '))
    expect(code, output).to.equal(0)
    expect(output).to.match(/parley-channel-telegram +1\.0\.0 +adapter +loaded/)
  })

  it('runs under parley dev, anew after a change, and past a mistake that it shows with its place', async () => {
    const terminal = new Terminal(folder, 'npx parley dev .')
    const file = join(folder.path, 'src/person.ts')
    const text = await readFile(file, 'utf8')
    try {
      await terminal.hear('Telegram runs at')
      await writeFile(file, `${text}\nthrow new Error('a mistake')\n`)
      await terminal.hear('src/person.ts changed; starting anew')
      await terminal.hear('Error: a mistake')
      await terminal.hear('./src/person.ts:')
      await terminal.hear('Waiting for a change')
      await writeFile(file, text)
      await terminal.hear('Telegram runs at', 2)
      terminal.type('/answer Nobody wrote yet')
      await terminal.hear('nobody has written yet')
      terminal.type('/picture')
      await terminal.hear('ada → [picture]')
    } finally {
      await terminal.close()
    }
  })

  it('has a plugin beside it that parley new writes, checks and tests', async () => {
    const steps = ['npx parley new plugin tally', 'cd tally', 'npm install', 'npm run check', 'npm test', 'npm pack']
    const { code, output } = await folder.run(steps.join(' && '))
    expect(code, output).to.equal(0)
    expect(output).to.include('2 passing').and.include('dist/migrations/0001-count.js')
  })
})
