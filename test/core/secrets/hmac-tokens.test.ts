import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { HmacTokens } from '../../../core/secrets/hmac-tokens.ts'
import { KeyRing } from '../../../core/secrets/key-ring.ts'

describe('signed tokens', () => {
  let millis = Date.UTC(2026, 0, 1)
  const clock = { now: () => new Date(millis), millis: () => millis }
  const oldKey = { id: 'old', key: randomBytes(32) }
  const newKey = { id: 'new', key: randomBytes(32) }
  const tokens = new HmacTokens(new KeyRing([oldKey]), clock)

  it('give their claims back until they expire, by the kernel’s clock', () => {
    const token = tokens.sign('visitor', { visitor: 'v1', name: 'Zoë' }, 60)
    expect(tokens.verify('visitor', token)).to.deep.equal({ visitor: 'v1', name: 'Zoë' })
    millis += 59_999
    expect(tokens.verify('visitor', token)).to.not.equal(undefined)
    millis += 1
    expect(tokens.verify('visitor', token)).to.equal(undefined)
  })

  it('are good for one purpose only', () => {
    expect(tokens.verify('file', tokens.sign('visitor', {}, 60))).to.equal(undefined)
  })

  it('are refused when any character was changed, added or taken away', () => {
    const token = tokens.sign('visitor', { visitor: 'v1' }, 60)
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === 'A' ? 'B' : 'A'
      expect(tokens.verify('visitor', token.slice(0, index) + other + token.slice(index + 1))).to.equal(undefined)
      expect(tokens.verify('visitor', token.slice(0, index))).to.equal(undefined)
    }
    expect(tokens.verify('visitor', `${token}A`)).to.equal(undefined)
    expect(tokens.verify('visitor', `${token}.x`)).to.equal(undefined)
  })

  it('are refused when they are not tokens at all', () => {
    for (const text of ['', '.', '..', 'old..', 'x'.repeat(1_000_000), '🙂.🙂.🙂', '__proto__.a.b'])
      expect(tokens.verify('visitor', text)).to.equal(undefined)
  })

  it('of a key that was rotated away from stay good while the key is in the ring', () => {
    const token = tokens.sign('visitor', { visitor: 'v1' }, 60)
    const both = new HmacTokens(new KeyRing([newKey, oldKey]), clock)
    expect(both.verify('visitor', token)).to.deep.equal({ visitor: 'v1' })
    expect(both.sign('visitor', {}, 60)).to.match(/^new\./)
    expect(new HmacTokens(new KeyRing([newKey]), clock).verify('visitor', token)).to.equal(undefined)
  })

  it('are not made without a life or with too many claims', () => {
    expect(() => tokens.sign('visitor', {}, 0)).to.throw('ttlSeconds must be above 0')
    expect(() => tokens.sign('visitor', {}, Number.NaN)).to.throw('ttlSeconds must be above 0')
    expect(() => tokens.sign('visitor', { big: 'x'.repeat(5000) }, 60)).to.throw('above 4096 characters')
  })
})
