import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ParleyError, UnavailableError } from '@parley/core'
import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { LocalFileStore } from '../../../adapters/local-files/local-file-store.ts'
import { testLinks } from './driver.ts'

const a = uuidv7()
const b = uuidv7()
const image = { mimeType: 'image/png', maxBytes: 1_000_000 }

describe('the local file store', () => {
  let root: string
  let store: LocalFileStore

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'parley-files-'))
    store = new LocalFileStore(root, testLinks())
  })

  afterEach(() => rm(root, { recursive: true }))

  const files = async () =>
    (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())

  async function put(tenantId: string, content: Buffer | Readable, options = image) {
    const result = await store.put(tenantId, content, options)
    if (!result.ok) throw new Error('it was too large')
    return result.object
  }

  it('gives back the bytes, type, size and hash of what was put, from a buffer or a stream', async () => {
    const bytes = randomBytes(300_000)
    for (const content of [bytes, Readable.from([bytes.subarray(0, 1), bytes.subarray(1)])]) {
      const object = await put(a, content)
      expect(object).to.deep.equal({
        key: object.key,
        mimeType: 'image/png',
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      })
      const found = await store.get(a, object.key)
      expect(found?.object).to.deep.equal(object)
      expect(found && (await buffer(found.content)).equals(bytes)).to.equal(true)
    }
  })

  it('keeps an empty file, and one of exactly the largest size', async () => {
    expect(await put(a, Buffer.alloc(0))).to.include({ bytes: 0 })
    expect(await put(a, Buffer.alloc(10), { ...image, maxBytes: 10 })).to.include({ bytes: 10 })
  })

  it('makes keys itself, each under its tenant and readable by the owner alone', async () => {
    const object = await put(a, Buffer.from('x'))
    expect(object.key).to.match(new RegExp(`^${a}/[0-9a-f-]{36}$`))
    for (const { parentPath, name } of await files())
      expect((await stat(join(parentPath, name))).mode & 0o077, name).to.equal(0)
  })

  it('shows nothing of one tenant to another, and deletes nothing for it', async () => {
    const object = await put(a, Buffer.from('secret of a'))
    expect(await store.get(b, object.key)).to.equal(undefined)
    expect(await store.get(b, object.key.replace(a, b))).to.equal(undefined)
    await store.delete(b, object.key)
    const found = await store.get(a, object.key)
    expect(found && (await buffer(found.content)).toString()).to.equal('secret of a')
  })

  it('deletes an object with its facts; deleting it again is nothing', async () => {
    const object = await put(a, Buffer.from('x'))
    await store.delete(a, object.key)
    expect(await store.get(a, object.key)).to.equal(undefined)
    expect(await files()).to.deep.equal([])
    await store.delete(a, object.key)
  })

  it('cannot be led out of its folder', async () => {
    await writeFile(join(root, 'outside'), 'hush')
    await put(a, Buffer.from('x'))
    for (const key of [
      '../outside',
      `${a}/../outside`,
      `${a}/../../etc/passwd`,
      `${a}\\..\\outside`,
      `${a}/..%2foutside`,
      `${a}/${uuidv7()}/../../outside`,
      `${a}/${uuidv7()}\0`,
      `${a}/${uuidv7()}\n`,
      `/${a}/${uuidv7()}`,
      '/etc/passwd',
      a,
      '',
    ]) {
      expect(await store.get(a, key), key).to.equal(undefined)
      await store.delete(a, key)
    }
    for (const tenantId of ['..', '', '../..', `${a}/..`, 'x'])
      expect(
        await store.put(tenantId, Buffer.from('x'), image).catch((error: unknown) => error),
        tenantId,
      ).to.be.instanceOf(ParleyError)
    expect((await files()).map(({ name }) => name)).to.include('outside')
  })

  it('stops at the largest size while the bytes still come, and leaves nothing behind', async () => {
    let sent = 0
    const endless = new Readable({
      read() {
        sent += 65_536
        this.push(Buffer.alloc(65_536))
      },
    })
    expect(await store.put(a, endless, image)).to.deep.equal({ ok: false, failure: 'too-large' })
    expect(sent).to.be.below(3_000_000)
    expect(endless.destroyed).to.equal(true)
    expect(await store.put(a, Buffer.alloc(1_000_001), image)).to.deep.equal({ ok: false, failure: 'too-large' })
    expect(await files()).to.deep.equal([])
  })

  it('leaves nothing behind when the sender breaks off, and says why', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half')
        throw new Error('socket hang up')
      })(),
    )
    const error = await store.put(a, broken, image).catch((reason: unknown) => reason)
    expect(String(error)).to.equal('Error: socket hang up')
    expect(await files()).to.deep.equal([])
  })

  it('keeps a hundred objects that come at once apart', async () => {
    const objects = await Promise.all(Array.from({ length: 100 }, (_, index) => put(a, Buffer.from(`file ${index}`))))
    for (const [index, { key }] of objects.entries()) {
      const found = await store.get(a, key)
      expect(found && (await buffer(found.content)).toString()).to.equal(`file ${index}`)
    }
  })

  it('says that the store is out of order when its folder cannot be written', async () => {
    await writeFile(join(root, 'file'), '')
    const blocked = new LocalFileStore(join(root, 'file'), testLinks())
    const error = await blocked.put(a, Buffer.from('x'), image).catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'object-store.unavailable' })
  })
})
