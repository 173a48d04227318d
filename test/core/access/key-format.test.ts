import { expect } from 'chai'
import { generateKey, hashKey, isWellFormed, prefixOf } from '../../../core/access/key-format.ts'

describe('an API key', () => {
  it('has a prefix that scanners find, 30 random characters and a checksum', () => {
    expect(generateKey('live')).to.match(/^parley_live_[0-9A-Za-z]{36}$/)
    expect(generateKey('test')).to.match(/^parley_test_[0-9A-Za-z]{36}$/)
    expect(new Set(Array.from({ length: 1000 }, () => generateKey('live'))).size).to.equal(1000)
  })

  it('is well-formed when it was made here, and not when one character differs', () => {
    const key = generateKey('live')
    expect(isWellFormed(key)).to.equal(true)
    for (let index = 0; index < key.length; index += 1) {
      const other = key[index] === 'a' ? 'b' : 'a'
      expect(isWellFormed(key.slice(0, index) + other + key.slice(index + 1)), `character ${index}`).to.equal(false)
    }
    expect(isWellFormed(key.replace('live', 'test'))).to.equal(false)
  })

  it('is not anything else', () => {
    for (const text of ['', 'parley_live_', `${generateKey('live')} `, `${generateKey('live')}\n`, 'x'.repeat(100_000)])
      expect(isWellFormed(text)).to.equal(false)
  })

  it('is stored as its SHA-256 and recognised by 4 of its characters', () => {
    const key = 'parley_live_abcdefghijklmnopqrstuvwxyz0123456789'
    expect(hashKey(key)).to.have.length(32)
    expect(prefixOf(key)).to.equal('parley_live_abcd')
  })
})
