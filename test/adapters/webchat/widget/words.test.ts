import { expect } from 'chai'
import { widget } from './load.ts'

interface FormatModule {
  linked(text: string): readonly { text: string; url?: string }[]
  webUrl(url: string): string | undefined
  sizeOf(bytes: number, lang: string): string
  dayName(at: number, lang: string, texts: object, now: number): string
}
interface TextsModule {
  languages: readonly string[]
  textsFor(wished: readonly string[]): { lang: string; locale: string; dir: string; texts: Record<string, string> }
}
interface BackoffModule {
  backoff(attempt: number, random?: () => number): number
}

describe("the page's words", () => {
  let format: FormatModule
  let texts: TextsModule

  before(async () => {
    format = await widget<FormatModule>('format.js')
    texts = await widget<TextsModule>('texts.js')
  })

  it('make links of web addresses, and of nothing else', () => {
    const urls = (text: string) => format.linked(text).flatMap(({ url }) => url ?? [])
    expect(urls('See https://a.example/x?y=1#z, please.')).to.deep.equal(['https://a.example/x?y=1#z'])
    expect(urls('(http://a.example)')).to.deep.equal(['http://a.example'])
    expect(urls('javascript:alert(1) data:text/html,x ftp://a.example www.a.example')).to.deep.equal([])
    expect(
      format
        .linked('a https://b.example c')
        .map(({ text }) => text)
        .join(''),
    ).to.equal('a https://b.example c')
    expect(format.linked('')).to.deep.equal([])
  })

  it('lead only to the web or to our own files', () => {
    expect(format.webUrl('https://a.example/')).to.equal('https://a.example/')
    expect(format.webUrl('/api/webchat/files/x')).to.equal('/api/webchat/files/x')
    for (const url of ['javascript:alert(1)', 'data:text/html,x', '//a.example', '/other', '']) {
      expect(format.webUrl(url)).to.equal(undefined)
    }
  })

  it('say sizes and days as the language does', () => {
    expect(format.sizeOf(10 * 1024 * 1024, 'en')).to.equal('10 MB')
    expect(format.sizeOf(1536, 'de')).to.equal('1,5 kB')
    const now = new Date(2026, 2, 10, 1).getTime()
    const day = (at: Date) => format.dayName(at.getTime(), 'en', { today: 'Today', yesterday: 'Yesterday' }, now)
    expect(day(new Date(2026, 2, 10, 0, 30))).to.equal('Today')
    expect(day(new Date(2026, 2, 9, 23, 59))).to.equal('Yesterday')
    expect(day(new Date(2026, 2, 1))).to.equal('Sunday, March 1')
  })

  it('are complete in every language, with the same gaps to fill', () => {
    const english = texts.textsFor(['en']).texts
    const gaps = (text = '') => text.match(/\{\w+\}/g) ?? []
    for (const lang of texts.languages) {
      const own = texts.textsFor([lang]).texts
      expect(Object.keys(own), lang).to.have.members(Object.keys(english))
      for (const [key, text] of Object.entries(english))
        expect(gaps(own[key]), `${lang} ${key}`).to.deep.equal(gaps(text))
    }
  })

  it('come in the first language that is wished and there, with its direction', () => {
    expect(texts.textsFor(['fi', 'de-AT', 'en'])).to.include({ lang: 'de', locale: 'de-AT', dir: 'ltr' })
    expect(texts.textsFor(['en-x', 'en-GB'])).to.include({ lang: 'en', locale: 'en-GB' })
    expect(texts.textsFor(['ar-EG'])).to.include({ lang: 'ar', dir: 'rtl' })
    expect(texts.textsFor([])).to.include({ lang: 'en' })
    expect(texts.textsFor(['constructor', '__proto__'])).to.include({ lang: 'en' })
  })

  it('wait longer from try to try, up to 15 s, and never all at once', async () => {
    const { backoff } = await widget<BackoffModule>('backoff.js')
    expect(backoff(0, () => 0)).to.equal(250)
    expect(backoff(0, () => 1)).to.equal(500)
    expect(backoff(3, () => 0.5)).to.equal(3000)
    expect(backoff(50, () => 1)).to.equal(15_000)
  })
})
