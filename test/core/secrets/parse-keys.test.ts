import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { parseKeys } from '../../../core/secrets/parse-keys.ts'

const key = () => randomBytes(32).toString('base64')

describe('PARLEY_KEYS', () => {
  it('reads several keys in order, with spaces between them', () => {
    expect(parseKeys(`new:${key()} , old:${key()}`, 'PARLEY_KEYS').map(({ id }) => id)).to.deep.equal(['new', 'old'])
  })

  for (const [what, text, message] of [
    ['nothing', '  ', 'PARLEY_KEYS: expected at least one key, found none.'],
    ['a key without an id', key(), /key 1 of 1 must read "id:base64"; it has no colon/],
    ['an id with a space', `a b:${key()}`, /key 1: the id must be 1 to 40 of/],
    ['a key of the wrong length', `k1:${randomBytes(16).toString('base64')}`, /"k1"\): expected 32 bytes .*, got 16/],
    ['something that is not base64', 'k1:***', /"k1"\): the part after the colon must be base64/],
    ['an id twice', `k1:${key()},k1:${key()}`, /the key id "k1" stands there twice/],
  ] as const) {
    it(`refuses ${what} and says so`, () => {
      expect(() => parseKeys(text, 'PARLEY_KEYS')).to.throw(message)
    })
  }

  it('never puts a key into an error', () => {
    const short = randomBytes(31).toString('base64')
    expect(() => parseKeys(`k1:${short}`, 'PARLEY_KEYS'))
      .to.throw()
      .with.property('message')
      .that.does.not.include(short)
  })
})
