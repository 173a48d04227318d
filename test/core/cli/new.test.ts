import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { named } from '../../../core/cli/scaffold/names.ts'
import { writePackage } from '../../../core/cli/scaffold/write-package.ts'

const ROOT = join(import.meta.dirname, '../../..')
const json = async (file: string) => JSON.parse(await readFile(file, 'utf8'))

describe('parley new', () => {
  let parent: string

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'parley-new-'))
  })
  afterEach(() => rm(parent, { recursive: true }))

  it('writes a channel under its name in every form, linked to this clone', async () => {
    const { folder, name, files } = await writePackage('channel', 'pigeon-post', parent)
    expect(name).to.equal('parley-channel-pigeon-post')
    expect(files).to.include.members(['package.json', '.gitignore', 'src/vendor.ts', 'test/driver.ts'])
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (file.isFile()) expect(await readFile(join(file.parentPath, file.name), 'utf8')).to.not.match(/acmegram/i)
    const manifest = await json(join(folder, 'package.json'))
    expect(manifest.devDependencies['@parley/core']).to.match(/^file:.*\/core\/?$/)
    expect(manifest.parley).to.include({ kernel: '^1.0.0', kind: 'adapter', driver: './test/driver.ts' })
  })

  it('finds the right form of a name for every place', () => {
    expect(named('acmegramChannel Acmegram acmegram-signature parley_plugin_acmegram', 'pigeon-post')).to.equal(
      'pigeonPostChannel PigeonPost pigeon-post-signature parley_plugin_pigeon_post',
    )
  })

  it('overwrites nothing', async () => {
    await writePackage('plugin', 'tally', parent)
    const before = await readFile(join(parent, 'tally/src/index.ts'), 'utf8')
    const again = await writePackage('plugin', 'tally', parent).catch((error: Error) => error)
    expect(again).to.include({ code: 'new.exists' })
    expect(await readFile(join(parent, 'tally/src/index.ts'), 'utf8')).to.equal(before)
  })

  for (const name of ['Pigeon', 'pigeon_post', '-pigeon', '7up', '../pigeon', 'pigeon/post', '', 'p'.repeat(41)])
    it(`refuses the name "${name}" with what a name looks like, and writes nothing`, async () => {
      const refused = await writePackage('channel', name, parent).catch((error: Error) => error)
      expect(refused).to.include({ code: 'new.name' })
      expect(await readdir(parent)).to.deep.equal([])
    })

  it('pins the tools of a new package to the versions that are tested here', async () => {
    const { devDependencies: ours } = await json(join(ROOT, 'package.json'))
    for (const kind of ['channel', 'plugin']) {
      const file = join(ROOT, 'core/cli/scaffold/templates', kind, 'package.json')
      expect(existsSync(file)).to.equal(true)
      expect(ours).to.include((await json(file)).devDependencies)
    }
  })
})
