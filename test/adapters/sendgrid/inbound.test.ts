import { expect } from 'chai'
import { type CustomerMail, inboundForm, rawInboundForm } from '../../../adapters/sendgrid/simulator/index.ts'
import { ADA, SHOP, Shop } from './shop.ts'

describe('mail that comes by Inbound Parse', function () {
  this.timeout(60_000)
  let shop: Shop
  let count = 0

  before(async () => {
    shop = await Shop.open()
  })
  after(() => shop.close())

  const mail = (more: Partial<CustomerMail>): CustomerMail => {
    count += 1
    return { from: ADA, to: SHOP, messageId: `m${count}@customers.example`, ...more }
  }
  const last = async () => (await shop.messages()).at(-1)
  const take = async (more: Partial<CustomerMail>) => {
    expect(await shop.post(inboundForm(mail(more)))).to.equal(200)
    await shop.settle()
    return last()
  }

  it('keeps each field in the charset that is named for it', async () => {
    for (const [charset, text] of [
      ['iso-8859-1', 'Grüße aus Köln'],
      ['windows-1251', 'Здравствуйте'],
      ['shift_jis', 'こんにちは世界'],
      ['gb18030', '你好，世界'],
      ['UTF-8', 'שלום 👋'],
    ] as const) {
      const shown = await take({ charset, text, html: `<p>${text}</p>`, subject: 'Żółć' })
      expect(shown?.content, charset).to.include({ text, subject: 'Żółć' })
      expect(shown?.content.html, charset).to.contain(text)
    }
  })

  it('keeps its files, inline pictures by their content id', async () => {
    const logo = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 13, 10, 0x2d, 0x2d])
    const shown = await take({
      text: 'see',
      html: '<img src="cid:logo@x">',
      files: [
        { fileName: 'logo.png', mimeType: 'image/png', content: logo, contentId: 'logo@x' },
        { fileName: 'bill.pdf', mimeType: 'application/pdf', content: Buffer.from('%PDF-1.7 a bill') },
      ],
    })
    const [picture, bill] = shown?.attachments ?? []
    expect(picture).to.include({ state: 'stored', fileName: 'logo.png', contentId: 'logo@x' })
    expect(bill).to.include({ state: 'stored', fileName: 'bill.pdf' })
    const answer = await shop.test.inject({ method: 'GET', url: bill?.url ?? '' })
    expect(answer.text).to.equal('%PDF-1.7 a bill')
  })

  it('may be as large as SendGrid lets it be', async () => {
    const content = Buffer.alloc(29 * 1024 * 1024, 'x')
    const shown = await take({ text: 'big', files: [{ fileName: 'big.bin', mimeType: 'application/zip', content }] })
    expect(shown?.attachments[0]).to.include({ state: 'stored', bytes: content.length })
  })

  it('is kept whole when it is posted raw, and its files are fetched out of it', async () => {
    const raw = [
      `From: Ada <${ADA}>`,
      `To: ${SHOP}`,
      'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=',
      'Message-ID: <raw1@customers.example>',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=iso-8859-1',
      '',
      'sch\u00f6n',
      '--b',
      'Content-Type: application/pdf; name="r.pdf"',
      'Content-Disposition: attachment; filename="r.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('%PDF-1.7 raw').toString('base64'),
      '--b--',
      '',
    ].join('\r\n')
    expect(await shop.post(rawInboundForm(Buffer.from(raw, 'latin1'), { from: ADA, to: SHOP }))).to.equal(200)
    await shop.settle()
    const shown = await last()
    expect(shown?.content).to.include({ subject: 'Grüße', text: 'schön' })
    expect(shown?.attachments[0]).to.include({ state: 'stored', fileName: 'r.pdf' })
    const answer = await shop.test.inject({ method: 'GET', url: shown?.attachments[0]?.url ?? '' })
    expect(answer.text).to.equal('%PDF-1.7 raw')
  })

  it('that comes again leaves nothing twice, in the log or in the store', async () => {
    const files = [{ fileName: 'a.txt', mimeType: 'text/plain', content: Buffer.from('once') }]
    const form = inboundForm(mail({ text: 'only once', files }))
    for (let time = 0; time < 3; time += 1) expect(await shop.post(form)).to.equal(200)
    await shop.settle()
    expect((await shop.messages()).filter(({ text }) => text === 'only once')).to.have.lengthOf(1)
    const before = await shop.files()
    expect(await shop.post(form)).to.equal(200)
    expect(await shop.files()).to.have.lengthOf(before.length)
  })

  it('that cannot be read as a form is kept, never refused: a refusal would lose it', async () => {
    const before = await shop.files()
    for (const [body, contentType] of [
      ['--x\r\nbroken', 'multipart/form-data; boundary=x'],
      ['no form', 'text/plain'],
    ] as const)
      expect(await shop.post({ body: Buffer.from(body), contentType }), contentType).to.equal(200)
    expect((await shop.files()).length).to.be.greaterThan(before.length)
    expect(await take({ text: 'and the next is read' })).to.deep.include({ text: 'and the next is read' })
  })

  it('is answered 5xx while it cannot be kept, so that SendGrid comes back', async () => {
    const files = [{ fileName: 'a.txt', mimeType: 'text/plain', content: Buffer.from('a file') }]
    const form = inboundForm(mail({ text: 'in hard times', files }))
    await shop.breakStore()
    expect(await shop.post(form)).to.be.within(500, 599)
    await shop.mendStore()
    expect(await shop.post(form)).to.equal(200)
    await shop.settle()
    expect(await last()).to.deep.include({ text: 'in hard times' })
  })

  it('is refused with a wrong token, and for a connection that takes none', async () => {
    const form = inboundForm(mail({ text: 'forged' }))
    const wrong = shop.inboundUrl.replace(/[^/]+$/, 'guess')
    expect(await shop.post(form, wrong)).to.equal(401)
    const nobody = shop.inboundUrl.replace(shop.connectionId, '00000000-0000-7000-8000-000000000000')
    expect(await shop.post(form, nobody)).to.equal(401)
  })
})
