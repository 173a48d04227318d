import { expect } from 'chai'
import { SMS, TWILIO_WHATSAPP } from '../../../../adapters/twilio/product.ts'
import { classify } from '../../../../adapters/twilio/send/errors.ts'
import { ACCOUNT, ADA, ENDPOINT, NUMBER, type Office, openOffice, REF, SENDER, SERVICE } from '../office.ts'

describe('an SMS by Twilio', () => {
  let office: Office

  beforeEach(async () => {
    office = await openOffice(SMS)
  })

  afterEach(() => office.close())

  it("goes out through Twilio's SDK as the account's own, with our id in the callback and its parts counted", async () => {
    const result = await office.text('Hello Ada')
    const [message] = office.simulator.state.received.all
    expect(result).to.deep.equal({ ok: true, externalId: message?.sid })
    const { StatusCallback = '', ...posted } = office.posted()
    expect(posted).to.deep.equal({ To: ADA.value, From: NUMBER, Body: 'Hello Ada' })
    const { origin, pathname, searchParams } = new URL(StatusCallback)
    expect(origin + pathname).to.equal(`https://parley.example/hooks/twilio/${ENDPOINT}`)
    expect(Object.fromEntries(searchParams)).to.deep.equal({ ref: REF, account: NUMBER, segments: '1' })
    expect(String(office.simulator.requests[0]?.headers['user-agent'])).to.match(/^twilio-node\//)
  })

  it('is counted by the alphabet that it needs', async () => {
    const segments = async (text: string) => {
      await office.text(text)
      return new URL(office.posted().StatusCallback ?? '').searchParams.get('segments')
    }
    expect(await segments('a'.repeat(160))).to.equal('1')
    expect(await segments('a'.repeat(161))).to.equal('2')
    expect(await segments(`${'a'.repeat(69)}ł`)).to.equal('1')
    expect(await segments(`${'a'.repeat(70)}ł`)).to.equal('2')
  })

  it('goes through a Messaging Service, as the connection or as its setting', async () => {
    for (const connection of [
      { ...office.connection, externalId: SERVICE },
      { ...office.connection, settings: { accountSid: ACCOUNT.sid, messagingServiceSid: SERVICE } },
    ]) {
      expect(await office.text('hi', { connection })).to.include({ ok: true })
      expect(office.posted()).to.include({ MessagingServiceSid: SERVICE }).and.not.have.property('From')
    }
  })

  it('takes 1,600 characters, emoji as one, and refuses more without asking', async () => {
    expect(await office.text('😀'.repeat(1_600))).to.include({ ok: true })
    const before = office.simulator.requests.length
    expect(await office.text('a'.repeat(1_601))).to.include({ ok: false, failure: 'content', code: 'parley.too-long' })
    expect(await office.send({ kind: 'location', latitude: 1, longitude: 2 })).to.include({ failure: 'content' })
    expect(await office.text('hi', { to: { kind: 'psid', scope: '1', value: '7' } })).to.include({
      ok: false,
      failure: 'recipient',
    })
    expect(office.simulator.requests).to.have.length(before)
  })

  it('with a file is an MMS, whose file Twilio fetches from us', async () => {
    office.store.files.set('pic', { mimeType: 'image/png', content: Buffer.from('png') })
    const media = { objectKey: 'pic', mimeType: 'image/png' }
    expect(await office.send({ kind: 'image', media, text: 'look' })).to.include({ ok: true })
    expect(office.posted()).to.include({ MediaUrl: 'https://parley.example/api/files/pic', Body: 'look' })
    expect(new URL(office.posted().StatusCallback ?? '').searchParams.has('segments')).to.equal(false)
    expect(await office.send({ kind: 'video', media: { link: 'https://cdn.example/v.mp4' } })).to.include({ ok: true })
    expect(office.posted()).to.include({ MediaUrl: 'https://cdn.example/v.mp4' })
  })

  it('refuses a file that is gone, too large, or that nobody can fetch', async () => {
    const image = (objectKey: string) => ({ kind: 'image', media: { objectKey } }) as const
    office.store.files.set('big', { mimeType: 'image/png', content: Buffer.alloc(5 * 1024 * 1024 + 1) })
    expect(await office.send(image('gone'))).to.include({ failure: 'content', code: 'parley.no-object' })
    expect(await office.send(image('big'))).to.include({ failure: 'content', code: 'parley.too-large' })
    const hidden = await openOffice(SMS, { settings: { publicUrl: undefined } })
    try {
      expect(await hidden.send(image('big'))).to.include({ failure: 'content', code: 'parley.no-public-url' })
      expect(await hidden.text('hi')).to.include({ ok: true })
      expect(hidden.posted()).to.not.have.property('StatusCallback')
    } finally {
      await hidden.close()
    }
  })

  it('names what is wrong with an account before asking', async () => {
    for (const connection of [
      { ...office.connection, secrets: {} },
      { ...office.connection, settings: {} },
      { ...office.connection, settings: { accountSid: 'SK1' } },
    ])
      expect(await office.text('hi', { connection })).to.include({ ok: false, failure: 'auth' })
    expect(office.simulator.requests).to.have.length(0)
    const wrong = { ...office.connection, secrets: { authToken: 'wrong-token' } }
    expect(await office.text('hi', { connection: wrong })).to.include({ failure: 'auth', code: '20003' })
    const unwritable = { ...office.connection, secrets: { apiKeySid: 'SK1', apiKeySecret: 'wrong' } }
    expect(await office.text('hi', { connection: unwritable })).to.include({ failure: 'auth', code: '20003' })
  })

  it('knows a call that was never written from one whose answer was lost', async () => {
    office.simulator.faults.add({ kind: 'lose-answer', times: 1 })
    expect(await office.text('lost')).to.include({ ok: false, failure: 'unknown' })
    const cut = new AbortController()
    cut.abort()
    expect(await office.text('never', { signal: cut.signal })).to.include({ ok: false, failure: 'retryable' })
    expect(office.simulator.state.received.all.map(({ body }) => body)).to.deep.equal(['lost'])
    const curt = await openOffice(SMS, { settings: { maxAnswerBytes: 10 } })
    try {
      expect(await curt.text('hi')).to.include({ failure: 'unknown', code: 'answer-too-large' })
    } finally {
      await curt.close()
    }
    const nowhere = await openOffice(SMS, { settings: { apiBaseUrl: 'http://127.0.0.1:9' } })
    try {
      expect(await nowhere.text('hi')).to.include({ failure: 'retryable', code: 'ECONNREFUSED' })
    } finally {
      await nowhere.close()
    }
  })

  it('reads a refusal by its code, and keeps number and token out of its words', async () => {
    office.simulator.customer(ADA.value, NUMBER).text('STOP')
    const refused = await office.text('hi')
    expect(refused).to.include({ ok: false, failure: 'recipient', code: '21610' })
    office.simulator.customer(ADA.value, NUMBER).text('START')
    office.simulator.faults.add({ kind: 'throttle', retryAfterMs: 3_000, times: 1 })
    expect(await office.text('hi')).to.include({ failure: 'throttled', code: '20429', retryAfterMs: 3_000 })
    office.simulator.faults.add({ kind: 'fail', code: 30007, times: 1 })
    expect(await office.text('hi')).to.include({ failure: 'content', code: '30007' })
    expect(await office.text('hi')).to.include({ ok: true })
    expect(JSON.stringify(refused)).to.not.contain(ADA.value).and.not.contain(ACCOUNT.authToken)
  })

  it('is tested by asking for the very number', async () => {
    const test = (externalId: string) => office.channel.test({ ...office.connection, externalId }, office.signal)
    expect(await test(NUMBER)).to.deep.equal({ ok: true, title: 'Office' })
    expect(await test(SERVICE)).to.deep.equal({ ok: true, title: 'Service' })
    expect(await test('+15005559999')).to.include({ ok: false })
    expect(await test(`MG${'9'.repeat(32)}`)).to.include({ ok: false })
  })
})

describe("Twilio's error codes", () => {
  const failureOf = (status: number, code?: number) => classify(status, code).failure

  it('are classed by what can be done', () => {
    for (const code of [20429, 30001, 30022, 63018, 14107])
      expect(failureOf(400, code), `${code}`).to.equal('throttled')
    for (const code of [21211, 21610, 21614, 30003, 30005, 30006])
      expect(failureOf(400, code), `${code}`).to.equal('recipient')
    for (const code of [14103, 30007, 63034, 21655]) expect(failureOf(400, code), `${code}`).to.equal('content')
    expect(failureOf(400, 63016)).to.equal('window')
    expect(failureOf(401, 20003)).to.equal('auth')
  })

  it('that are not listed are judged by the status', () => {
    expect([429, 503, 401, 403, 500, 400].map((status) => failureOf(status))).to.deep.equal([
      ...['throttled', 'retryable', 'auth', 'auth', 'unknown', 'content'],
    ])
    expect(failureOf(500, 99_999)).to.equal('retryable')
  })
})

describe('WhatsApp by Twilio', () => {
  let office: Office

  beforeEach(async () => {
    office = await openOffice(TWILIO_WHATSAPP)
    office.simulator.customer(ADA.value, SENDER).text('Hello')
  })

  afterEach(() => office.close())

  it('is written to by the address of its channel, and outside the window only by a template', async () => {
    expect(await office.text('hi')).to.include({ ok: true })
    expect(office.posted()).to.include({ To: `whatsapp:${ADA.value}`, From: SENDER })
    const stranger = { ...ADA, value: '+4915199999999' }
    expect(await office.text('hi', { to: stranger })).to.include({ ok: false, failure: 'window', code: '63016' })
    const template = { kind: 'template', name: HELLO.sid, language: 'en' } as const
    expect(await office.send(template, { to: stranger })).to.include({ failure: 'content', code: '21655' })
    office.simulator.state.contents.push(HELLO)
    expect(await office.send(template, { to: stranger })).to.include({ ok: true })
  })

  it('sends a place, and refuses words beside a file that WhatsApp shows none with', async () => {
    expect(await office.send({ kind: 'location', latitude: 52.5, longitude: 13.4, name: 'Shop' })).to.include({
      ok: true,
    })
    expect(office.posted()).to.include({ Body: 'Shop', PersistentAction: 'geo:52.5,13.4|Shop' })
    const link = 'https://cdn.example/a.pdf'
    expect(await office.send({ kind: 'document', media: { link }, text: 'see' })).to.include({
      failure: 'content',
      code: 'parley.no-caption',
    })
    expect(await office.send({ kind: 'document', media: { link } })).to.include({ ok: true })
  })

  it('lists content templates page by page, fills one, and sends it by its SID', async () => {
    office.simulator.state.contents.push(HELLO, { ...HELLO, sid: `HX${'b'.repeat(32)}`, friendlyName: 'other' })
    const paged = await openOffice(TWILIO_WHATSAPP, { settings: { templatesPerPage: 1 } })
    paged.simulator.state.contents.push(...office.simulator.state.contents)
    const { connection, signal, templates } = paged
    try {
      const listed = await templates.list({ connection, signal })
      if (!listed.ok) throw new Error(listed.detail)
      expect(listed.templates.map(({ externalId, name, status }) => [externalId, name, status])).to.deep.equal([
        [HELLO.sid, 'hello', 'approved'],
        [`HX${'b'.repeat(32)}`, 'hello', 'approved'],
      ])
      const [template] = listed.templates
      if (template === undefined) throw new Error('no template')
      expect(templates.parameters?.(template)).to.deep.equal([
        { key: 'body.1', type: 'text', required: true, example: 'friend' },
        { key: 'body.2', type: 'text', required: true },
      ])
      expect(templates.fill?.(template, { 'body.1': 'Ada' })).to.deep.include({ missing: ['body.2'] })
      const filled = templates.fill?.(template, { 'body.1': 'Ada', 'body.2': '7' })
      expect(filled?.shown.body).to.equal('Hello Ada, order 7 is on its way.')
      if (filled?.content === undefined) throw new Error('not filled')
      expect(await paged.send(filled.content)).to.include({ ok: true })
      expect(paged.posted()).to.include({ ContentSid: HELLO.sid, ContentVariables: '{"1":"Ada","2":"7"}' })
      expect(paged.simulator.state.received.all.at(-1)?.body).to.equal('Hello Ada, order 7 is on its way.')
    } finally {
      await paged.close()
    }
  })

  it('shows that we read and write by the one call that Twilio has for both', async () => {
    const { connection, signal, receipts, simulator } = office
    const sid = `SM${'d'.repeat(32)}`
    const about = { connection, signal, to: ADA }
    expect(await receipts.markRead({ ...about, externalId: `${sid}/1`, typing: true })).to.include({ ok: true })
    expect(simulator.state.typing).to.deep.equal([sid])
    expect(await receipts.markRead({ ...about, externalId: sid, typing: false })).to.include({ ok: false })
    expect(simulator.state.typing).to.have.length(1)
  })

  it('is tested by asking for the very sender', async () => {
    const test = (externalId: string) => office.channel.test({ ...office.connection, externalId }, office.signal)
    expect(await test(SENDER)).to.deep.equal({ ok: true, title: 'Office' })
    expect(await test('whatsapp:+15005559999')).to.include({ ok: false })
  })
})

const HELLO = {
  ...{ sid: `HX${'a'.repeat(32)}`, friendlyName: 'greeting', language: 'en', variables: { 1: 'friend' } },
  body: 'Hello {{1}}, order {{2}} is on its way.',
  approval: { name: 'hello', category: 'UTILITY', status: 'approved' },
}
