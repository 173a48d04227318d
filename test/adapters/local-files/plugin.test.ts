import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import plugin from '../../../adapters/local-files/index.ts'
import { LocalFileStore } from '../../../adapters/local-files/local-file-store.ts'
import { INCOMING } from '../../../adapters/local-files/object-path.ts'
import { type LocalFilesSettings, localFilesSettings } from '../../../adapters/local-files/settings.ts'
import { sweep } from '../../../adapters/local-files/sweep.ts'
import { HmacTokens, KeyRing } from '../../../core/secrets/index.ts'
import { silentLogger } from '../../../core/testing/silent-logger.ts'
import { TestClock } from '../../../core/testing/test-clock.ts'
import { testLinks } from './driver.ts'

describe('the local files adapter', () => {
  let root: string

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'parley-files-'))
  })

  afterEach(() => rm(root, { recursive: true, force: true }))

  const settings = (folder: string) => localFilesSettings.validate({ folder }).value as LocalFilesSettings
  const tokens = new HmacTokens(new KeyRing([{ id: 'k1', key: Buffer.alloc(32) }]), new TestClock())
  const register = (folder: string) =>
    plugin.register({ log: silentLogger, tokens }, settings(folder)) as Exclude<
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
    const store = new LocalFileStore(root, testLinks())
    await mkdir(join(root, INCOMING))
    await writeFile(join(root, INCOMING, 'old'), 'half')
    await writeFile(join(root, INCOMING, 'young'), 'half')
    const anHourAgo = new Date(Date.now() - 3_600_000)
    await utimes(join(root, INCOMING, 'old'), anHourAgo, anHourAgo)
    const ages = { staleUploadMs: 60_000, provisionalMs: 60_000 }
    const swept = await sweep(root, store, ages, new AbortController().signal)
    expect(swept).to.deep.equal({ cutOff: 1, provisional: 0 })
    expect(await readdir(join(root, INCOMING))).to.deep.equal(['young'])
  })

  it('is healthy while its folder can be written', async () => {
    const { signal } = new AbortController()
    const contributions = register(join(root, 'deep', 'er'))
    expect(await contributions.health?.(signal)).to.include({ ok: false })
    await contributions.start?.(signal)
    expect(await contributions.health?.(signal)).to.deep.equal({ ok: true })
    await contributions.stop?.(signal)
  })
})
