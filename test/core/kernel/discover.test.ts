import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePlugin, type Plugin } from '@parley/core'
import { expect } from 'chai'
import Joi from 'joi'
import { appSettings } from '../../../core/kernel/app-settings.ts'
import { discover } from '../../../core/kernel/discover.ts'
import { processSubset } from '../../../core/kernel/process-subset.ts'
import { FIXTURES, fixture, unreadablePackage } from './fixtures.ts'

const found = (...names: string[]) =>
  discover(
    names.map((name) => ({ use: fixture(name) })),
    FIXTURES,
    '1.4.0',
  )

describe('discovery', () => {
  it('reads name, version and kind from package.json, and the id is the name without its scope', () => {
    const [record] = found('greeter')
    expect(record?.package).to.include({
      id: 'greeter',
      name: '@parley-fixtures/greeter',
      version: '1.0.0',
      kind: 'plugin',
    })
    expect(record?.state).to.equal('discovered')
  })

  it('finds a folder that is relative to the root', () => {
    const [record] = discover([{ use: './greeter' }], FIXTURES, '1.0.0')
    expect(record?.id).to.equal('greeter')
  })

  it('finds an npm package by its name, and says so when it is not installed', () => {
    const [joi, nothing] = discover([{ use: 'joi' }, { use: '@nobody/nothing' }], FIXTURES, '1.0.0')
    expect(joi?.reason).to.match(/joi.package\.json: "parley" is required/)
    expect(nothing?.reason).to.match(
      /^cannot read the plugin's package at @nobody\/nothing: no such package is installed/,
    )
  })

  it('lets one bad package cost only itself', () => {
    const states = found('bad-json', 'no-parley-block', 'future-kernel', 'nowhere', 'greeter').map((r) => [
      r.id,
      r.state,
    ])
    expect(states).to.deep.equal([
      ['bad-json', 'failed'],
      ['no-parley-block', 'failed'],
      ['future-kernel', 'failed'],
      ['nowhere', 'failed'],
      ['greeter', 'discovered'],
    ])
  })

  it('runs the source of a package that is being written, and what was built of one that is installed', async () => {
    const root = await mkdtemp(join(tmpdir(), 'parley-discover-'))
    const parley = { plugin: './dist/index.js', source: './src/index.ts', kernel: '^1.0.0', kind: 'adapter' }
    const entryIn = async (folder: string) => {
      await mkdir(join(root, folder, 'src'), { recursive: true })
      await writeFile(join(root, folder, 'package.json'), JSON.stringify({ name: 'pigeon', version: '1.0.0', parley }))
      await writeFile(join(root, folder, 'src/index.ts'), '')
      return discover([{ use: `./${folder}` }], root, '1.0.0')[0]?.package?.entry
    }
    expect(await entryIn('pigeon')).to.match(/pigeon\/src\/index\.ts$/)
    expect(await entryIn('node_modules/pigeon')).to.match(/pigeon\/dist\/index\.js$/)
    await rm(root, { recursive: true })
  })

  it('says which package.json cannot be read, and why', async () => {
    const unreadable = unreadablePackage()
    const [record, greeter] = discover([{ use: unreadable.use }, { use: fixture('greeter') }], FIXTURES, '1.0.0')
    await unreadable.remove()
    expect(record?.state).to.equal('failed')
    expect(record?.reason).to.match(/^cannot read the plugin's package at .*parley-unreadable-.*package\.json: .*JSON/)
    expect(greeter?.state).to.equal('discovered')
  })

  it('decides the kernel range before any plugin code has run', () => {
    const [record] = found('future-kernel')
    expect(record?.reason).to.equal('it is made for kernel ^99.0.0, and this kernel is 1.4.0')
    expect(globalThis).not.to.have.property('futureKernelRan')
  })

  it('loads a plugin once more under another id, and tells it that id among its settings', () => {
    const use = fixture('greeter')
    const [own, other] = discover(
      [{ use }, { use, as: 'second-greeter', settings: { greeting: 'Hi' } }],
      FIXTURES,
      '1.4.0',
    )
    expect([own?.id, other?.id]).to.deep.equal(['greeter', 'second-greeter'])
    expect(other?.state).to.equal('discovered')
    if (other === undefined) throw new Error('there is no second record')
    const app = Joi.object({ greeting: Joi.string(), as: Joi.string() })
    other.plugin = definePlugin({ manifest: { settings: { app } }, deps: {}, register: () => ({}) }) as Plugin
    expect(appSettings(other, {})).to.deep.equal({ greeting: 'Hi', as: 'second-greeter' })
    const [misnamed] = discover([{ use, as: 'Second_Greeter' }], FIXTURES, '1.4.0')
    expect(misnamed).to.include({ id: 'Second_Greeter', state: 'failed' })
    expect(misnamed?.reason).to.contain('must be kebab-case')
  })

  it('refuses a second plugin with an id that is taken', () => {
    const [, second] = found('greeter', 'greeter')
    expect(second?.state).to.equal('failed')
    expect(second?.reason).to.match(/the id greeter is already taken by/)
  })
})

describe('the plugins of a process', () => {
  it('are all, or those that PLUGINS names', () => {
    const records = found('greeter', 'needs-greeter')
    expect(processSubset(records, undefined)).to.have.length(2)
    expect(processSubset(records, ['greeter']).map((record) => record.id)).to.deep.equal(['greeter'])
  })

  it('are all but those that PLUGINS names with a minus', () => {
    const records = found('greeter', 'needs-greeter')
    expect(processSubset(records, ['-greeter']).map((record) => record.id)).to.deep.equal(['needs-greeter'])
    expect(() => processSubset(records, ['-greeter', 'needs-greeter'])).to.throw(
      'a minus before every id or before none',
    )
  })

  it('cannot be ones that the configuration does not have', () => {
    expect(() => processSubset(found('greeter'), ['greeter', 'inbox'])).to.throw('PLUGINS names inbox')
    expect(() => processSubset(found('greeter'), ['-inbox'])).to.throw('PLUGINS names inbox')
  })
})
