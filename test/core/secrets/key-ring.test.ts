import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect } from 'chai'
import fc from 'fast-check'
import { KeyRing, type SealContext } from '../../../core/secrets/key-ring.ts'
import type { RingKey } from '../../../core/secrets/parse-keys.ts'

const key = (id: string): RingKey => ({ id, key: randomBytes(32) })
const context: SealContext = { tenantId: 't1', purpose: 'connection.secrets', id: 'c1' }

describe('the key ring', () => {
  it('opens whatever it sealed, in any script and of any length', () => {
    const ring = new KeyRing([key('a')])
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        expect(ring.open(ring.seal(text, context), context)).to.equal(text)
      }),
    )
  })

  it('seals the same text differently each time', () => {
    const ring = new KeyRing([key('a')])
    expect(ring.seal('x', context)).to.not.equal(ring.seal('x', context))
  })

  it('opens a ciphertext only for the tenant, purpose and row it was sealed for', () => {
    const ring = new KeyRing([key('a')])
    const sealed = ring.seal('the token', context)
    for (const other of [{ tenantId: 't2' }, { purpose: 'endpoint.secrets' }, { id: 'c2' }])
      expect(() => ring.open(sealed, { ...context, ...other })).to.throw(/does not open/)
  })

  it('lets no part of the context hold the separator', () => {
    const ring = new KeyRing([key('a')])
    expect(() => ring.seal('x', { ...context, tenantId: 't1|connection' })).to.throw(/may not stand in/)
  })

  it('notices every changed byte', () => {
    const ring = new KeyRing([key('a')])
    const [version, id, data] = ring.seal('the token', context).split('.')
    const bytes = Buffer.from(data ?? '', 'base64url')
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => ring.open(`${version}.${id}.${changed.toString('base64url')}`, context)).to.throw(/does not open/)
    }
  })

  it('refuses what is no sealed value, without quoting it', () => {
    const ring = new KeyRing([key('a')])
    for (const text of ['', 'plain secret', 'v2.a.AAAA', 'v1.a.AAAA', 'v1.a.AAAA.BBBB'])
      expect(() => ring.open(text, context)).to.throw('The sealed connection.secrets of c1 is not of the form')
  })

  it('encrypts with the first key and decrypts with all', () => {
    const old = key('old')
    const sealed = new KeyRing([old]).seal('kept', context)
    const both = new KeyRing([key('new'), old])
    expect(both.open(sealed, context)).to.equal('kept')
    expect(both.seal('x', context)).to.match(/^v1\.new\./)
    expect(() => new KeyRing([key('new')]).open(sealed, context)).to.throw('No key "old" is in the key ring.')
  })

  it('tells what is under an old key and seals it again under the first', () => {
    const old = key('old')
    const fresh = key('new')
    const sealed = new KeyRing([old]).seal('kept', context)
    const both = new KeyRing([fresh, old])
    expect(both.isCurrent(sealed)).to.equal(false)
    const again = both.reseal(sealed, context)
    expect(again.changed).to.equal(true)
    expect(both.reseal(again.value, context)).to.deep.equal({ value: again.value, changed: false })
    expect(new KeyRing([fresh]).open(again.value, context)).to.equal('kept')
  })

  it('derives another key for every purpose, and the same one again for the same', () => {
    const one = key('a')
    const ring = new KeyRing([one])
    expect(ring.subKey('x')).to.deep.equal(new KeyRing([one]).subKey('x'))
    expect(ring.subKey('x').equals(ring.subKey('y'))).to.equal(false)
    expect(ring.subKey('x').equals(one.key)).to.equal(false)
  })

  it('shows no key to a serializer', () => {
    const secret = key('a')
    const ring = new KeyRing([secret])
    ring.subKey('x')
    const seen = inspect(ring, { depth: 9, showHidden: true }) + JSON.stringify(ring)
    expect(seen).to.not.include(secret.key.toString('base64')).and.not.include(secret.key.toString('hex').slice(0, 8))
  })
})
