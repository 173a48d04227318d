import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { KeyRing } from '../../../core/secrets/key-ring.ts'

const context = { tenantId: 't', purpose: 'test', id: '1' }

describe('the key file', () => {
  let home: string

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'parley-keys-'))
  })

  afterEach(async () => {
    await rm(home, { recursive: true })
  })

  it('is made once, readable by its owner alone, and read again after a restart', async () => {
    const first = await KeyRing.open({ home })
    const sealed = first.seal('kept', context)
    expect((await stat(join(home, 'keys.json'))).mode & 0o777).to.equal(0o600)
    expect((await KeyRing.open({ home })).open(sealed, context)).to.equal('kept')
    expect(await readdir(home)).to.deep.equal(['keys.json'])
  })

  it('is one file for many processes that start at once', async () => {
    const rings = await Promise.all(Array.from({ length: 8 }, () => KeyRing.open({ home })))
    const sealed = rings.map((ring) => ring.seal('x', context))
    for (const ring of rings) for (const one of sealed) expect(ring.open(one, context)).to.equal('x')
    expect(await readdir(home)).to.deep.equal(['keys.json'])
  })

  it('is left alone when PARLEY_KEYS is set', async () => {
    const ring = await KeyRing.open({ home, setting: `mine:${randomBytes(32).toString('base64')}` })
    expect(ring.currentKeyId).to.equal('mine')
    expect(await readdir(home)).to.deep.equal([])
  })

  it('is named when it is broken, without quoting what stands in it', async () => {
    const path = join(home, 'keys.json')
    const half = randomBytes(16).toString('base64')
    const refused = async (content: string) => {
      await writeFile(path, content)
      return KeyRing.open({ home }).then(
        () => 'opened',
        (error: Error) => error.message,
      )
    }
    expect(await refused(`{ "keys": ${half}`))
      .to.include(path)
      .and.include('got no JSON')
      .and.not.include(half)
    expect(await refused('{ "keys": [] }'))
      .to.include(path)
      .and.include('wrong at keys')
    expect(await refused('{ "keys": [{ "id": "a" }] }')).to.include('wrong at keys.0.key')
    expect(await refused(JSON.stringify({ keys: [{ id: 'a', key: half }] })))
      .to.include('("a"): expected 32 bytes')
      .and.not.include(half)
    expect(await readFile(path, 'utf8')).to.include(half)
  })
})
