import { Egress } from '@parley/core'
import { TestClock } from '@parley/core/testing'
import { expect } from 'chai'
import { MailApi } from '../../../adapters/mail/api/mail-api.ts'
import { sendgridDialect } from '../../../adapters/sendgrid/dialect.ts'
import type { ReceivedMail } from '../../../adapters/sendgrid/simulator/index.ts'
import { testAccount } from '../../../adapters/sendgrid/test-account.ts'
import { until } from '../../core/events/kit.ts'
import { SHOP, Shop } from './shop.ts'

describe('mail that goes out through SendGrid', function () {
  this.timeout(60_000)
  let shop: Shop
  let count = 0

  before(async () => {
    shop = await Shop.open()
  })
  after(() => shop.close())

  /** Somebody new writes, so that each case has a conversation of its own. */
  async function customer(subject = 'A question'): Promise<string> {
    count += 1
    const from = `c${count}@customers.example`
    const mail = { from, to: SHOP, messageId: `q${count}@customers.example`, subject, text: 'Hello?' }
    expect(await shop.simulator.write(shop.apiKey, mail)).to.equal(200)
    await shop.settle()
    return from
  }
  const mailTo = (address: string) =>
    shop.simulator.state.received.all.findLast(({ to }) => to === address) as ReceivedMail
  const lastMessage = async () => (await shop.messages()).at(-1)
  const report = async (mail: ReceivedMail, event: string, more: object = {}) => {
    shop.simulator.report(mail, event, { ...more })
    await shop.settle()
  }

  it("answers in the customer's thread, as the next mail of it", async () => {
    const from = await customer('Torte?')
    expect((await shop.answer({ text: 'Ja,\n\ngern <3' })).status).to.equal(201)
    await shop.settle()
    const mail = mailTo(from)
    expect(mail).to.deep.include({ from: SHOP, subject: 'Re: Torte?', text: 'Ja,\n\ngern <3' })
    expect(mail.html).to.contain('gern &lt;3')
    expect(mail.headers).to.include({
      'In-Reply-To': `<q${count}@customers.example>`,
      References: `<q${count}@customers.example>`,
    })
    expect(mail.headers).not.to.have.property('Auto-Submitted')
    const shown = await lastMessage()
    expect(mail.headers['Message-ID']).to.equal(`<${shown?.externalId}>`)
    expect(shown?.status).to.equal('delivered')
  })

  it('carries subject, HTML, files, copies and the way to unsubscribe', async () => {
    const from = await customer()
    const upload = await shop.test.inject({
      method: 'POST',
      url: '/api/attachments',
      payload:
        '--x\r\ncontent-disposition: form-data; name="file"; filename="q.pdf"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7 q\r\n--x--\r\n',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    })
    const { objectKey } = upload.body as { objectKey: string }
    const content = {
      kind: 'email',
      subject: 'Offer',
      text: 'See',
      html: '<b>See</b>',
      attachments: [{ objectKey, fileName: 'q.pdf', mimeType: 'application/pdf' }],
      cc: ['boss@customers.example', from],
      bcc: ['books@bakery.example', 'boss@customers.example'],
      unsubscribeUrl: 'https://bakery.example/u/1',
    }
    expect((await shop.answer({ content })).status).to.equal(201)
    await shop.settle()
    const mail = mailTo(from)
    expect(mail).to.deep.include({ subject: 'Offer', text: 'See', html: '<b>See</b>' })
    expect(mail.copies).to.deep.equal(['boss@customers.example', 'books@bakery.example'])
    expect(mail.headers).to.include({
      'List-Unsubscribe': '<https://bakery.example/u/1>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    })
    expect(mail.files.map(({ fileName, content: bytes }) => [fileName, bytes.toString()])).to.deep.equal([
      ['q.pdf', '%PDF-1.7 q'],
    ])
  })

  it('is read when it is opened or clicked, and only delivered when a machine opened it', async () => {
    const from = await customer()
    await shop.answer({ text: 'one' })
    await shop.settle()
    await report(mailTo(from), 'open', { sg_machine_open: true })
    expect((await lastMessage())?.status).to.equal('delivered')
    await report(mailTo(from), 'click', { url: 'https://bakery.example' })
    expect((await lastMessage())?.status).to.equal('read')
    await report(mailTo(from), 'delivered')
    expect((await lastMessage())?.status).to.equal('read')
  })

  for (const [event, more, status] of [
    ['bounce', { type: 'bounce', status: '5.1.1', reason: 'no such user' }, 'failed'],
    ['spamreport', {}, 'delivered'],
    ['unsubscribe', {}, 'delivered'],
    ['dropped', { reason: 'Bounced Address' }, 'failed'],
  ] as const)
    it(`is followed by no other after "${event}": the gate refuses it, and nothing reaches SendGrid`, async () => {
      const from = await customer()
      const fails = event === 'bounce' || event === 'dropped'
      if (fails) shop.simulator.state.silent.add(from)
      await shop.answer({ text: 'one' })
      await shop.settle()
      await report(mailTo(from), event, more)
      expect((await lastMessage())?.status).to.equal(status)
      const refused = await shop.answer({ text: 'two' })
      expect([refused.status, (refused.body as { code: string }).code]).to.deep.equal([409, 'inbox.opted-out'])
      expect(shop.simulator.state.received.all.filter(({ to }) => to === from)).to.have.lengthOf(1)
    })

  it('is followed by others after a refusal of one mail, and after a deferral', async () => {
    const from = await customer()
    shop.simulator.state.silent.add(from)
    await shop.answer({ text: 'one' })
    await shop.settle()
    await report(mailTo(from), 'deferred', { response: '450 later', attempt: '1' })
    expect((await lastMessage())?.status).to.equal('sent')
    await report(mailTo(from), 'bounce', { type: 'blocked', status: '4.7.1', reason: 'try later' })
    expect(await lastMessage()).to.deep.include({ status: 'failed' })
    expect((await lastMessage())?.error).to.include({ code: '4.7.1' })
    expect((await shop.answer({ text: 'two' })).status).to.equal(201)
  })

  it('is not judged by what becomes of its copies', async () => {
    const from = await customer()
    await shop.answer({ content: { kind: 'email', text: 'x', cc: ['boss@customers.example'] } })
    await shop.settle()
    await report(mailTo(from), 'bounce', { type: 'bounce', status: '5.1.1', email: 'boss@customers.example' })
    expect((await lastMessage())?.status).to.equal('delivered')
    expect((await shop.answer({ text: 'two' })).status).to.equal(201)
  })

  it('survives events that come late, twice and in another order', async () => {
    const from = await customer()
    shop.simulator.webhooks.setFaults({ duplicate: 0.5, reorder: 0.5 })
    await shop.answer({ text: 'one' })
    await shop.settle()
    for (const event of ['open', 'delivered', 'processed', 'deferred']) shop.simulator.report(mailTo(from), event)
    shop.simulator.webhooks.setFaults({})
    await shop.settle()
    expect((await lastMessage())?.status).to.equal('read')
  })

  it('waits as long as the rate limit says', async () => {
    const from = await customer()
    shop.simulator.faults.add({ kind: 'throttle', retryAfterMs: 1_500, times: 1 })
    await shop.answer({ text: 'patience' })
    await until(() => shop.simulator.state.received.all.some(({ to }) => to === from))
    await shop.settle()
    expect((await lastMessage())?.status).to.equal('delivered')
  })

  it('knows an account that may not write from the address, whatever its key can do', async () => {
    const { url, state } = shop.simulator
    state.accounts.set('SG.other', { apiKey: 'SG.other', domains: ['other.example'], senders: ['me@third.example'] })
    const api = new MailApi(new Egress({ allow: ['127.0.0.0/8'] }), url)
    const test = testAccount(api, sendgridDialect(new TestClock()))
    const told = async (apiKey: string, externalId: string) => {
      const connection = { ...CONNECTION, externalId, secrets: { apiKey } }
      return (await test(connection, AbortSignal.timeout(5_000))).ok
    }
    expect(await told(shop.apiKey, SHOP)).to.equal(true)
    expect(await told('SG.other', 'me@third.example')).to.equal(true)
    expect(await told('SG.other', SHOP)).to.equal(false)
    expect(await told('SG.wrong', SHOP)).to.equal(false)
    expect(await told('SG.\nwrong', SHOP)).to.equal(false)
  })
})

const CONNECTION = {
  ...{ id: '00000000-0000-7000-8000-000000000001', tenantId: '00000000-0000-7000-8000-000000000002' },
  ...{ provider: 'sendgrid', name: 'The bakery', settings: {}, health: 'ok' as const },
}
