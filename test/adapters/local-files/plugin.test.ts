import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import plugin from '../../../adapters/local-files/index.ts'
import { INCOMING, LocalFileStore } from '../../../adapters/local-files/local-file-store.ts'
import { localFilesSettings } from '../../../adapters/local-files/settings.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'

describe('the local files adapter', () => {
  let root: string

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'parley-files-'))
  })

  afterEach(() => rm(root, { recursive: true, force: true }))

  const register = (folder: string) =>
    plugin.register({ log: silentLogger }, { folder, staleUploadMs: 60_000 }) as Exclude<
      ReturnType<typeof plugin.register>,
      Promise<unknown>
    >

  it('offers an object store in the folder of its settings, by default `files` in PARLEY_HOME', () => {
    const [provider] = register(root).providers ?? []
    expect(provider?.port.id).to.equal('object-store')
    expect(provider?.value).to.be.instanceOf(LocalFileStore)
    const home = process.env.PARLEY_HOME || '.parley'
    expect(localFilesSettings.validate({}).value).to.include({ folder: join(resolve(home), 'files') })
  })

  it('sweeps uploads away that a crash cut off long ago, and none that may be under way', async () => {
    const contributions = register(root)
    const { signal } = new AbortController()
    await contributions.start?.(signal)
    await writeFile(join(root, INCOMING, 'old'), 'half')
    await writeFile(join(root, INCOMING, 'young'), 'half')
    const anHourAgo = new Date(Date.now() - 3_600_000)
    await utimes(join(root, INCOMING, 'old'), anHourAgo, anHourAgo)
    await contributions.start?.(signal)
    expect(await readdir(join(root, INCOMING))).to.deep.equal(['young'])
  })

  it('is healthy while its folder can be written', async () => {
    const { signal } = new AbortController()
    const contributions = register(join(root, 'deep', 'er'))
    expect(await contributions.health?.(signal)).to.include({ ok: false })
    await contributions.start?.(signal)
    expect(await contributions.health?.(signal)).to.deep.equal({ ok: true })
  })
})
