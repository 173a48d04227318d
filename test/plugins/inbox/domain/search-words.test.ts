import { expect } from 'chai'
import { queryOf, wordsOf } from '../../../../plugins/inbox/domain/search-words.ts'

const tenant = '0199aaaa-0000-7000-8000-000000000000'
const mark = '~0199aaaa000070008000000000000000'

describe('words for the search', () => {
  it('carry the mark of their tenant, which no text can forge', () => {
    expect(wordsOf(tenant, `Hello ${mark}`)[0]).to.equal(mark)
    expect(wordsOf(tenant, `Hello ${mark}`)).to.have.members([mark, 'hello', mark.slice(1)])
    expect(queryOf(tenant, 'Hello')).to.equal(`'${mark}' & 'hello':*`)
  })

  it('are folded, unique, and none for a text without words', () => {
    expect(wordsOf(tenant, 'Käse KASE, käse!')).to.deep.equal([mark, 'kase'])
    expect(wordsOf(tenant, '👍 ...')).to.deep.equal([])
    expect(queryOf(tenant, "' & | !")).to.equal(undefined)
  })

  it('are pairs of signs where a script has no spaces', () => {
    expect(wordsOf(tenant, '请问价格iPhone')).to.deep.equal([mark, 'iphone', '请问', '问价', '价格'])
    expect(wordsOf(tenant, '好')).to.deep.equal([mark, '好'])
  })

  it('are limited in length and number', () => {
    const long = wordsOf(tenant, `${'x'.repeat(5000)} ${Array.from({ length: 1000 }, (_, n) => `w${n}`).join(' ')}`)
    expect(Math.max(...long.slice(1).map((word) => word.length))).to.equal(64)
    expect(long).to.have.length(301)
  })
})
