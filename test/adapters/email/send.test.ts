import { expect } from 'chai'
import { readOwnId } from '../../../adapters/mail/own-id.ts'
import { MailHeaders } from '../../../adapters/mail/read/headers.ts'
import { readMail } from '../../../adapters/mail/read/read-mail.ts'
import { bounce, letter } from './letters.ts'
import { type Office, type OfficeOptions, openOffice, SHOP, startReading } from './office.ts'

const ADA = 'ada@example.com'

describe('a mail from the inbox', function () {
  this.timeout(90_000)

  let office: Office
  afterEach(() => office.close())

  async function open(options: OfficeOptions = {}): Promise<{ conversationId: string }> {
    office = await openOffice(options)
    await startReading(office)
    const first = {
      from: ADA,
      to: SHOP,
      messageId: 'q1@example.com',
      date: office.clock.now(),
      subject: 'A cake',
      text: 'For Sunday?',
    }
    office.simulator.deliver(SHOP, Buffer.from(letter(first)))
    return office.desk.message('For Sunday?')
  }

  const write = (conversationId: string, body: object) =>
    office.desk.api<{ id: string }>('POST', `/api/conversations/${conversationId}/messages`, body)

  const submitted = (nth: number) => office.eventually(`mail ${nth}`, () => office.simulator.submitted[nth])

  it('goes on with the subject and the thread of what the customer wrote last', async () => {
    const { conversationId } = await open()
    await write(conversationId, { text: 'Gladly. <How> big?' })
    const { raw, to } = await submitted(0)
    const headers = new MailHeaders(raw)
    const ours = headers.ids('message-id')[0] ?? ''
    expect(to).to.deep.equal([ADA])
    expect(headers.text('subject')).to.equal('Re: A cake')
    expect(headers.ids('in-reply-to')).to.deep.equal(['q1@example.com'])
    expect(headers.ids('references')).to.deep.equal(['q1@example.com'])
    expect(headers.has('auto-submitted'), 'a person wrote it').to.equal(false)
    expect(raw.toString()).to.contain('text/html').and.contain('&lt;How&gt;')
    const answer = { from: ADA, to: SHOP, messageId: 'q2@example.com', date: office.clock.now(), subject: 'Re: A cake' }
    const references = [`In-Reply-To: <${ours}>`, `References: <q1@example.com> <${ours}>`]
    office.simulator.deliver(SHOP, Buffer.from(letter({ ...answer, text: 'This big.', headers: references })))
    const big = await office.desk.message('This big.')
    const own = (await office.desk.messages()).find(({ externalId }) => externalId === ours)
    expect(big.replyTo).to.equal(own?.id)
    await write(conversationId, { text: 'Fine.' })
    const next = new MailHeaders((await submitted(1)).raw)
    expect(next.ids('in-reply-to')).to.deep.equal(['q2@example.com'])
    expect(next.ids('references').slice(-2)).to.deep.equal([ours, 'q2@example.com'])
  })

  it('has its own subject, copies, files and the way to unsubscribe when they are given', async () => {
    const { conversationId } = await open()
    const { tenantId } = office.desk
    const form = new FormData()
    form.append('file', new Blob(['%PDF-1.4 a bill'], { type: 'application/pdf' }), 'bill.pdf')
    const headers = { authorization: `Bearer ${office.desk.apiKey}` }
    const upload = await fetch(`${office.test.baseUrl}/api/attachments`, { method: 'POST', headers, body: form })
    const file = (await upload.json()) as { objectKey: string }
    expect(file.objectKey, tenantId).to.be.a('string')
    const content = {
      ...{ kind: 'email', subject: 'Your bill', text: 'Here it is.', html: '<p>Here it <b>is</b>.</p>' },
      ...{ cc: ['ben@example.net'], bcc: ['books@one.example'], unsubscribeUrl: 'https://one.example/u/7' },
      attachments: [{ objectKey: file.objectKey, fileName: 'bill.pdf', mimeType: 'application/pdf' }],
    }
    await write(conversationId, { content })
    const { raw, to } = await submitted(0)
    expect(to).to.have.members([ADA, 'ben@example.net', 'books@one.example'])
    const mail = await readMail(raw)
    expect(mail.subject).to.equal('Your bill')
    expect(mail.cc.map(({ address }) => address)).to.deep.equal(['ben@example.net'])
    expect(mail.headers.has('bcc')).to.equal(false)
    expect(mail.headers.raw('list-unsubscribe')).to.equal('<https://one.example/u/7>')
    expect(mail.headers.raw('list-unsubscribe-post')).to.equal('List-Unsubscribe=One-Click')
    expect(mail.content).to.include({ text: 'Here it is.' })
    expect(mail.content.kind === 'email' ? mail.content.attachments : []).to.deep.equal([
      { mimeType: 'application/pdf', bytes: 15, fileName: 'bill.pdf' },
    ])
  })

  it('is shown as failed, with what the other server said, once it bounces', async () => {
    const { conversationId } = await open()
    await write(conversationId, { text: 'To nowhere' })
    const { raw } = await submitted(0)
    const externalId = new MailHeaders(raw).ids('message-id')[0] ?? ''
    expect(readOwnId(externalId)?.isBetween(office.desk.connectionId, ADA)).to.equal(true)
    office.simulator.deliver(
      SHOP,
      Buffer.from(bounce({ externalId, to: SHOP, recipient: ADA, date: office.clock.now(), action: 'failed' })),
    )
    const failed = await office.eventually('the failure', async () =>
      (await office.desk.messages()).find(({ text, status }) => text === 'To nowhere' && status === 'failed'),
    )
    expect(JSON.stringify(failed)).to.contain('5.1.1')
    expect(
      (await office.desk.messages()).map(({ text }) => text),
      'no bounce in the inbox',
    ).to.have.length(2)
  })

  it('logs in with an access token made from the refresh token, both ways', async () => {
    const { conversationId } = await open({
      simulator: { refreshTokens: { 'refresh-token-1': 'access-token-1' } },
      connection: { oauth: 'google' },
      secrets: { refreshToken: 'refresh-token-1', clientId: 'client-1', clientSecret: 'client-secret-1' },
    })
    await write(conversationId, { text: 'By token' })
    expect((await submitted(0)).account).to.equal(SHOP)
    expect(
      office.simulator.requests.filter(({ path }) => path === '/token'),
      'one token serves all',
    ).to.have.length(1)
  })

  it('waits, and the connection says why, once the refresh token has ended', async () => {
    office = await openOffice({
      connection: { oauth: 'google' },
      secrets: { refreshToken: 'ended-token', clientId: 'client-1' },
    })
    const { tenantId, connectionId } = office.desk
    const ill = await office.eventually('the health', async () => {
      const [connection] = await office.test.kernel.connections.list(tenantId)
      return connection?.health === 'auth-failed' ? connection : undefined
    })
    expect(ill.healthDetail).to.contain('invalid_grant')
    const test = await office.desk.api<{ ok: boolean }>('POST', `/api/connections/${connectionId}/test`)
    expect(test.ok).to.equal(false)
  })
})
