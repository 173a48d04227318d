import { expect } from 'chai'
import { fold } from '../../../core/text/fold.ts'

describe('folding text', () => {
  it('makes equal what people take for equal: case, accents, ligatures, vowel points', () => {
    expect(['Ćwiartka', 'STRASSE', 'straße', 'œuvre', 'ΟΔΟΣ', 'שָׁלוֹם'].map(fold)).to.deep.equal([
      'cwiartka',
      'strasse',
      'strasse',
      'oeuvre',
      'οδοσ',
      'שלום',
    ])
  })

  it('keeps signs that make another letter', () => {
    expect(fold('हिन्दी')).to.equal('हिन्दी')
    expect(fold('กำ')).to.equal(fold('กำ'))
  })
})
