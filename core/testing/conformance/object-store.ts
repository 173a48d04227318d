import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import type { ObjectStore, PutOptions, StoredObject } from '../../contracts/ports/object-store.ts'
import { ParleyError, UnavailableError } from '../../plugin/errors.ts'
import { newId } from '../../plugin/new-id.ts'
import type { ObjectStoreBench, ObjectStoreDriver } from './object-store-driver.ts'

const a = newId()
const b = newId()
const anything: PutOptions = { mimeType: 'application/octet-stream', maxBytes: 1_000_000 }
const PNG = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')

async function put(store: ObjectStore, tenantId: string, content: Buffer | Readable, options = anything) {
  const result = await store.put(tenantId, content, options)
  if (!result.ok) throw new ParleyError('test.put', `The store refused: ${result.failure}.`)
  return result.object
}

async function read(found: { content: Readable } | undefined): Promise<Buffer | undefined> {
  return found === undefined ? undefined : buffer(found.content)
}

/** Registers the mocha cases that every object store must pass. */
export function objectStoreConformance(driver: ObjectStoreDriver): void {
  describe(`the object store ${driver.name} conforms: it`, () => {
    let bench: ObjectStoreBench
    beforeEach(async () => {
      bench = await driver.open()
    })
    afterEach(() => bench.close())
    for (const [title, run] of Object.entries({ ...KEEPING, ...LIMITS, ...TENANTS, ...LINKS, ...SWEEPING }))
      it(title, () => run(bench))
  })
}

type Cases = Readonly<Record<string, (bench: ObjectStoreBench) => Promise<void>>>

const KEEPING: Cases = {
  'gives back the bytes, type, size and hash of what was put, from a buffer or a stream, small or in parts': async ({
    store,
  }) => {
    const large = randomBytes(12 * 1024 * 1024)
    const options = { mimeType: 'image/png', maxBytes: large.length }
    for (const bytes of [Buffer.from('small'), large])
      for (const content of [bytes, Readable.from([bytes.subarray(0, 1), bytes.subarray(1)])]) {
        const object = await put(store, a, content, options)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        expect(object).to.deep.equal({ key: object.key, mimeType: 'image/png', bytes: bytes.length, sha256 })
        const found = await store.get(a, object.key)
        expect(found?.object).to.deep.equal(object)
        expect((await read(found))?.equals(bytes)).to.equal(true)
      }
  },
  'keeps an empty file, and one of exactly the largest size': async ({ store }) => {
    expect(await put(store, a, Buffer.alloc(0))).to.include({ bytes: 0 })
    expect(await put(store, a, Buffer.alloc(10), { ...anything, maxBytes: 10 })).to.include({ bytes: 10 })
  },
  'keeps variants beside an object, replaces them, and deletes them with it': async ({ store, contents }) => {
    const { key } = await put(store, a, PNG)
    const other = await put(store, a, PNG)
    expect(await store.get(a, key, 'thumb-64')).to.equal(undefined)
    for (const text of ['first', 'second']) await store.putVariant(a, key, 'thumb-64', Buffer.from(text), 'image/webp')
    const found = await store.get(a, key, 'thumb-64')
    expect(found?.object).to.include({ mimeType: 'image/webp', bytes: 6 })
    expect((await read(found))?.toString()).to.equal('second')
    await store.delete(a, key)
    expect(await store.get(a, key, 'thumb-64')).to.equal(undefined)
    await store.delete(a, other.key)
    await store.delete(a, other.key)
    expect(await contents()).to.deep.equal([])
  },
  'keeps fifty objects that come at once apart': async ({ store }) => {
    const objects = await Promise.all(Array.from({ length: 50 }, (_, index) => put(store, a, Buffer.from(`${index}`))))
    for (const [index, { key }] of objects.entries())
      expect((await read(await store.get(a, key)))?.toString()).to.equal(`${index}`)
  },
  'says that it is out of order when it is, and that an object is not there only when it is not': async (bench) => {
    const { key } = await put(bench.store, a, PNG)
    await bench.breakDown()
    for (const call of [() => bench.store.put(a, PNG, anything), () => bench.store.get(a, key)]) {
      const error = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).to.be.instanceOf(UnavailableError).and.include({ code: 'object-store.unavailable' })
    }
  },
}

const LIMITS: Cases = {
  'stops at the largest size while the bytes still come, and leaves nothing behind': async ({ store, contents }) => {
    let sent = 0
    const endless = new Readable({
      read() {
        sent += 65_536
        this.push(Buffer.alloc(65_536))
      },
    })
    const refused = { ok: false, failure: 'too-large' }
    expect(await store.put(a, endless, anything)).to.deep.equal(refused)
    expect(sent).to.be.below(3_000_000)
    expect(await store.put(a, Buffer.alloc(1_000_001), anything)).to.deep.equal(refused)
    expect(await contents()).to.deep.equal([])
  },
  'finds the type in the content, whatever its sender calls it': async ({ store, contents }) => {
    const images = { ...anything, types: ['image/*'], mimeType: 'image/gif' }
    expect(await put(store, a, Readable.from([PNG]), images)).to.include({ mimeType: 'image/png' })
    const { key } = await put(store, a, PNG, images)
    const found = await store.get(a, key)
    expect((await read(found))?.equals(PNG)).to.equal(true)
    expect(found?.object).to.include({ mimeType: 'image/png' })
    const before = await contents()
    for (const content of [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), Buffer.from('MZ not a picture')])
      expect(await store.put(a, content, images)).to.deep.equal({ ok: false, failure: 'type-refused' })
    expect(await contents()).to.deep.equal(before)
    const text = { ...anything, types: ['text/plain'], mimeType: 'text/html' }
    expect(await put(store, a, Buffer.from('Grüße'), text)).to.include({ mimeType: 'text/plain' })
  },
  'leaves nothing behind when the sender breaks off, and says why': async ({ store, contents }) => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half')
        throw new Error('socket hang up')
      })(),
    )
    const error = await store.put(a, broken, anything).catch((reason: unknown) => reason)
    expect(String(error)).to.equal('Error: socket hang up')
    expect(await contents()).to.deep.equal([])
  },
}

const TENANTS: Cases = {
  'shows nothing of one tenant to another, and neither links, changes nor deletes for it': async ({ store }) => {
    const { key } = await put(store, a, Buffer.from('secret of a'))
    for (const named of [key, key.replace(a, b)]) {
      expect(await store.get(b, named)).to.equal(undefined)
      await store.delete(b, named)
    }
    expect(await store.link(b, key, { ttlSeconds: 60 })).to.equal(undefined)
    const error = await store.putVariant(b, key, 'thumb-64', PNG, 'image/png').catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(ParleyError)
    expect((await read(await store.get(a, key)))?.toString()).to.equal('secret of a')
  },
  'takes keys of its own form only': async ({ store }) => {
    const { key } = await put(store, a, PNG)
    for (const wrong of ['../x', `${a}/../x`, `${key}/../../x`, `${key}.thumb-64`, `${key}\0`, `/${key}`, a, ''])
      expect(await store.get(a, wrong), wrong).to.equal(undefined)
    for (const tenantId of ['..', '', `${a}/..`, 'x'])
      expect(await store.put(tenantId, PNG, anything).catch((reason: unknown) => reason), tenantId).to.be.instanceOf(
        ParleyError,
      )
  },
}

const LINKS: Cases = {
  'links to a file for as long as was said, by a signature that nobody can change': async ({ store, follow, pass }) => {
    const { key } = await put(store, a, Buffer.from('<script>'), { ...anything, mimeType: 'text/html' })
    const other = await put(store, a, Buffer.from('another'))
    const link = (await store.link(a, key, { ttlSeconds: 600, fileName: 'grüße.html' })) ?? ''
    const found = await follow(link)
    expect([found.status, found.content.toString()]).to.deep.equal([200, '<script>'])
    expect(found.disposition).to.equal("attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe.html")
    const forged = link.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    expect((await follow(forged)).status).to.be.within(400, 404)
    const moved = link.replace(key.split('/')[1] ?? '', other.key.split('/')[1] ?? '')
    if (moved !== link) expect((await follow(moved)).status).to.be.within(400, 404)
    await pass(601_000)
    expect((await follow(link)).status).to.be.within(400, 404)
  },
}

const SWEEPING: Cases = {
  'sweeps away what was provisional and nobody kept in time, and nothing else': async (bench) => {
    const { store } = bench
    const provisional = { ...anything, provisional: true }
    const [lost, kept, plain] = (await Promise.all([
      put(store, a, Buffer.from('lost'), provisional),
      put(store, a, Buffer.from('kept'), provisional),
      put(store, a, Buffer.from('plain')),
    ])) as [StoredObject, StoredObject, StoredObject]
    await store.keep(b, [lost.key])
    await store.keep(a, [kept.key, plain.key])
    await store.keep(a, [kept.key])
    await bench.sweep()
    expect((await read(await store.get(a, lost.key)))?.toString()).to.equal('lost')
    await bench.pass(bench.provisionalMs + 1000)
    await bench.sweep()
    expect(await store.get(a, lost.key)).to.equal(undefined)
    for (const { key } of [kept, plain]) expect(await read(await store.get(a, key))).to.be.instanceOf(Buffer)
    for (const { key } of [kept, plain]) await store.delete(a, key)
    expect(await bench.contents()).to.deep.equal([])
  },
}
