import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { strFromU8, unzipSync } from 'fflate'
import { fixture } from '../kernel/fixtures.ts'
import { Installation } from './installation.ts'

const PERSON = '0198f6a2-0000-7000-8000-000000000001'

describe('privacy on the command line', function () {
  this.timeout(120_000)

  it('exports a person to a file, erases them, and says what each plugin did', async () => {
    const files = fileURLToPath(new URL('../../../adapters/local-files', import.meta.url))
    const installation = await Installation.create([{ use: fixture('keeper') }, { use: files }])
    const server = await installation.start()
    const of = ['--tenant', 'demo', '--contact', PERSON]
    const exported = await installation.run(['privacy', 'export', ...of, '--out', 'person.zip'])
    expect(exported.stderr).to.equal('')
    expect(exported.stdout).to.include('written to person.zip')
    const zip = unzipSync(await readFile(join(installation.folder, 'person.zip')))
    expect(JSON.parse(strFromU8(zip['keeper/kept.json'] ?? new Uint8Array()))).to.deep.equal([PERSON])
    const erased = await installation.run(['privacy', 'erase', ...of])
    expect(erased.stdout)
      .to.match(/^keeper {2}done \{"erased":\{"kept":1\}\}/m)
      .and.to.match(/^request \S+ is done$/m)
    expect((await installation.run(['privacy', 'erase', '--tenant', 'nobody', '--contact', PERSON])).code).to.equal(1)
    expect((await installation.run(['privacy', 'erase', '--contact', PERSON])).code).to.equal(2)
    expect((await installation.run(['privacy', 'forget', ...of])).code).to.equal(2)
    await server.stop()
    await installation.remove()
  })
})
