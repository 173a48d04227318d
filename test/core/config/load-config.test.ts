import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { defineConfig, withDemo } from '../../../core/config/define-config.ts'
import { readDemoFile } from '../../../core/config/demo-file.ts'
import { loadConfig } from '../../../core/config/load-config.ts'

describe('the configuration of an installation', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'parley-config-'))
    await mkdir(join(root, 'config'))
  })
  afterEach(() => rm(root, { recursive: true }))

  const write = (text: string) => writeFile(join(root, 'config', 'index.mjs'), text)
  const failure = () =>
    loadConfig(root).then(
      () => new Error('it was loaded'),
      (error) => error,
    )

  it('is the default export of config/index', async () => {
    await write(`export default { plugins: [{ use: './plugins/inbox', enabledByDefault: false }] }`)
    expect(await loadConfig(root)).to.deep.equal({ plugins: [{ use: './plugins/inbox', enabledByDefault: false }] })
  })

  it('must be there, and is looked for by name', async () => {
    expect(await failure()).to.include({ code: 'config.missing' })
  })

  it('is refused naming the field that is wrong', async () => {
    await write(`export default { plugins: [{ use: 7 }, { use: 'a', colour: 'red' }] }`)
    const error = await failure()
    expect(error).to.include({ code: 'config.invalid' })
    expect(error.message)
      .to.include('"plugins[0].use" must be a string')
      .and.include('"plugins[1].colour" is not allowed')
  })

  it('is refused without a default export, and when it cannot be loaded', async () => {
    await write(`export const plugins = []`)
    expect((await failure()).message).to.include('it has no default export')
  })

  it('says why it cannot be loaded', async () => {
    await write(`throw new Error('not today')`)
    expect((await failure()).message).to.include('not today')
  })

  it('takes the settings of a demo over its own', () => {
    const config = defineConfig({ plugins: [{ use: 'a', settings: { x: 1, y: 1 } }, { use: 'b' }] })
    const demo = { settings: { a: { y: 2 } }, seed: async () => [], stop: async () => {} }
    expect(withDemo(config, demo).plugins).to.deep.equal([{ use: 'a', settings: { x: 1, y: 2 } }, { use: 'b' }])
    expect(withDemo(config, undefined).plugins).to.deep.equal(config.plugins)
  })
})

describe('the demo file', () => {
  it('is read from PARLEY_HOME, and a missing or broken one is named', async () => {
    const home = await mkdtemp(join(tmpdir(), 'parley-demo-'))
    expect(() => readDemoFile(home)).to.throw('demo.json')
    await writeFile(join(home, 'demo.json'), '{')
    expect(() => readDemoFile(home)).to.throw('cannot be read')
    await writeFile(join(home, 'demo.json'), '{"baseUrl":"http://localhost:1"}')
    expect(readDemoFile(home)).to.deep.equal({ baseUrl: 'http://localhost:1' })
    await rm(home, { recursive: true })
  })
})
