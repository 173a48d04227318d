import { expect } from 'chai'
import { compileKeywords } from '../../../../plugins/inbox/domain/keywords.ts'

const answers = (words: string[], text: string) => compileKeywords([{ words, answer: 'yes' }]).match(text) !== undefined

describe('keyword answers', () => {
  it('find a whole word, not a part of one', () => {
    expect(answers(['preis'], 'Der Preis?')).to.equal(true)
    expect(answers(['preis'], 'sehr preiswert')).to.equal(false)
    expect(answers(['cat'], 'concatenate')).to.equal(false)
  })

  it('do not care about case and accents', () => {
    expect(answers(['ÖFFNUNGSZEITEN'], 'offnungszeiten bitte')).to.equal(true)
    expect(answers(['cafe'], 'ein Café!')).to.equal(true)
    expect(answers(['straße'], 'welche STRASSE')).to.equal(true)
    expect(answers(['istanbul'], 'İSTANBUL')).to.equal(true)
  })

  it('work in any script', () => {
    expect(answers(['цена'], 'Какая ЦЕНА?')).to.equal(true)
    expect(answers(['цена'], 'ценапроезда')).to.equal(false)
    expect(answers(['τιμή'], 'ποια ειναι η ΤΙΜΗ')).to.equal(true)
    expect(answers(['سعر'], 'كم سِعْر هذا')).to.equal(true)
    expect(answers(['कीमत'], 'कीमत क्या है')).to.equal(true)
    expect(answers(['की'], 'कि')).to.equal(false)
    expect(answers(['价格'], '请问价格多少')).to.equal(true)
    expect(answers(['ราคา'], 'ขอราคาหน่อย')).to.equal(true)
  })

  it('take phrases and signs literally', () => {
    expect(answers(['opening hours'], 'Your opening   hours please')).to.equal(true)
    expect(answers(['c++'], 'do you teach C++ ?')).to.equal(true)
    expect(answers(['a.c'], 'abc')).to.equal(false)
    expect(answers(['(x|y)*[z]'], 'is (x|y)*[z] ok')).to.equal(true)
  })

  it('give the first rule that matches, and nothing for empty words', () => {
    const matcher = compileKeywords([
      { words: [' '], answer: 'never' },
      { words: ['price', 'cost'], answer: 'first' },
      { words: ['cost'], answer: 'second' },
    ])
    expect(matcher.match('what does it cost')?.answer).to.equal('first')
    expect(matcher.match('hello')).to.equal(undefined)
    expect(matcher.match('')).to.equal(undefined)
  })
})
