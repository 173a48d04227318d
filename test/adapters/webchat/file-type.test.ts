import { expect } from 'chai'
import { inspectFile, safeFileName } from '../../../adapters/webchat/file-type.ts'
import { settingsSchema } from '../../../adapters/webchat/settings.ts'
import { PNG } from './client.ts'

const { fileTypes } = settingsSchema.validate({}).value

describe("a visitor's file", () => {
  it('is known by its content', async () => {
    expect(await inspectFile(PNG, fileTypes)).to.deep.equal({ ok: true, mimeType: 'image/png', kind: 'image' })
    const text = Buffer.from('Grüße, 你好\n')
    expect(await inspectFile(text, fileTypes)).to.deep.equal({ ok: true, mimeType: 'text/plain', kind: 'document' })
    const pdf = Buffer.from('%PDF-1.7\n%âãÏÓ\n')
    expect(await inspectFile(pdf, fileTypes)).to.include({ mimeType: 'application/pdf', kind: 'document' })
  })

  const refused: Readonly<Record<string, Buffer>> = {
    'a page': Buffer.from('<!doctype html><script>alert(1)</script>'),
    'a page behind white space': Buffer.from(' \n\t<html><body onload=alert(1)>'),
    'a drawing that can run scripts': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    'a program': Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0]),
    'an archive': Buffer.from('504b0506000000000000000000000000000000000000', 'hex'),
    'bytes that are no text': Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x02]),
    'text with control characters': Buffer.from('hello\u0000world'),
  }
  for (const [what, content] of Object.entries(refused)) {
    it(`is refused when it is ${what}`, async () => {
      expect(await inspectFile(content, fileTypes)).to.include({ ok: false, reason: 'file-type-refused' })
    })
  }

  it('is refused when empty', async () => {
    expect(await inspectFile(Buffer.alloc(0), fileTypes)).to.include({ ok: false, reason: 'file-empty' })
  })

  it('gets a name without folders, quotes and control characters, and not too long a one', () => {
    expect(safeFileName('../../etc/passwd')).to.equal('passwd')
    expect(safeFileName('C:\\Users\\ada\\bill.pdf')).to.equal('bill.pdf')
    expect(safeFileName('a"b\r\nSet-Cookie: x.png')).to.equal('abSet-Cookie: x.png')
    expect(safeFileName('photo\u202Egnp.exe')).to.equal('photognp.exe')
    expect(safeFileName('')).to.equal('file')
    expect(safeFileName(undefined)).to.equal('file')
    const long = safeFileName(`${'😀'.repeat(300)}.png`)
    expect([...long]).to.have.length(150)
    expect(long.endsWith('.png')).to.equal(true)
  })
})
