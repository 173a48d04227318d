import type { InboundContent } from '@parley/core'
import { inboundContentSchema } from '@parley/core'
import { expect } from 'chai'
import { foldText } from '../../../adapters/mail/read/fold.ts'
import { MailHeaders } from '../../../adapters/mail/read/headers.ts'
import { mailOf } from '../../../adapters/mail/read/mail.ts'

type Mail = Extract<InboundContent, { kind: 'email' }>

const headers = new MailHeaders('From: ada@example.com\r\nSubject: Long')
const read = (parts: object) => mailOf({ headers, originalRef: 'the-whole', ...parts }).content as Mail
const original = { mimeType: 'message/rfc822', fileName: 'original.eml', ref: 'the-whole' }

describe('a mail that is longer than what is stored', () => {
  it('is shown as far as it goes, and offered whole', () => {
    const content = read({ text: 'word '.repeat(20_000) })
    expect(content.text).to.have.length(65_536)
    expect(content.attachments).to.deep.equal([original])
    expect(inboundContentSchema.validate(content).error).to.equal(undefined)
  })

  it('has its text without its HTML', () => {
    const content = read({ html: `<p>Hello</p>${'<p>x</p>'.repeat(60_000)}` })
    expect(content.html).to.equal(undefined)
    expect(content.text).to.match(/^Hello/)
    expect(content.attachments).to.deep.include(original)
    expect(inboundContentSchema.validate(content).error).to.equal(undefined)
  })

  it('keeps a hundred of its files, the whole mail among them', () => {
    const attachments = Array.from({ length: 150 }, (_, index) => ({ mimeType: 'image/png', ref: `file-${index}` }))
    const content = read({ text: 'Many', attachments })
    expect(content.attachments).to.have.length(100)
    expect(content.attachments?.at(-1)).to.deep.equal(original)
  })

  it('is not folded where a line is made to keep the parser busy', () => {
    const text = `Hello\n${'-'.repeat(60_000)}`
    expect(foldText(text)).to.deep.equal({ text })
  })
})
