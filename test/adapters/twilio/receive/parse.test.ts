import { expect } from 'chai'
import { parseWebhook } from '../../../../adapters/twilio/receive/parse.ts'
import { ACCOUNT_SID, CONNECTION, eventsOf, read, request, SID, SMS_FIELDS, WHATSAPP_FIELDS } from '../payloads.ts'

const MESSAGE = 'channel.message.received.v1'
const PREFERENCE = 'channel.preference.changed.v1'
const ADA = { kind: 'phone', scope: '', value: '+4915112345678' }

const contentOf = (fields: Readonly<Record<string, string>>) => read(fields).map(({ data }) => data.content)

describe('a message from Twilio', () => {
  it('is a text of its sender, in the lane of that person', () => {
    const [event, ...others] = read({ ...SMS_FIELDS, FromCity: 'BERLIN', FromCountry: 'DE' })
    expect(others).to.deep.equal([])
    expect(event).to.deep.include({
      type: MESSAGE,
      account: '+15005550006',
      key: `${CONNECTION}/phone::+4915112345678`,
    })
    expect(event?.data).to.deep.equal({
      ...{ connectionId: CONNECTION, channel: 'twilio', externalId: SID, occurredAt: '2026-11-20T10:00:00.000Z' },
      sender: { identities: [ADA], attributes: { city: 'BERLIN', country: 'DE' } },
      content: { kind: 'text', text: 'Hello' },
      extra: { segments: 1 },
    })
  })

  it('keeps its words as they were written, without NUL', () => {
    expect(contentOf({ ...SMS_FIELDS, Body: '  a\r\nb\0 ' })).to.deep.equal([{ kind: 'text', text: '  a\r\nb ' }])
    expect(contentOf({ ...SMS_FIELDS, Body: '' })).to.deep.equal([{ kind: 'text', text: '' }])
  })

  it('with files is one message a file, the words with the first, the kind by the content type', () => {
    const files = {
      ...{ NumMedia: '3', MediaUrl0: 'https://api.twilio.com/0', MediaContentType0: 'image/png' },
      ...{ MediaUrl1: 'https://api.twilio.com/1', MediaContentType1: 'text/vcard' },
      ...{ MediaUrl2: 'https://api.twilio.com/2', MediaContentType2: 'audio/amr' },
    }
    const events = read({ ...SMS_FIELDS, Body: 'look', ...files })
    expect(events.map(({ data }) => data.externalId)).to.deep.equal([SID, `${SID}/1`, `${SID}/2`])
    expect(events.map(({ data }) => data.content)).to.deep.equal([
      { kind: 'image', media: { mimeType: 'image/png', ref: 'https://api.twilio.com/0' }, text: 'look' },
      { kind: 'document', media: { mimeType: 'text/vcard', ref: 'https://api.twilio.com/1' } },
      { kind: 'audio', media: { mimeType: 'audio/amr', ref: 'https://api.twilio.com/2' } },
    ])
  })

  it('goes to the connection that the address names, else to the Messaging Service, else to the number', () => {
    const service = { ...SMS_FIELDS, MessagingServiceSid: 'MG1' }
    expect(read(SMS_FIELDS)[0]?.account).to.equal('+15005550006')
    expect(read(service)[0]?.account).to.equal('MG1')
    expect(read(service, { account: '+15005550006' })[0]?.account).to.equal('+15005550006')
    expect(read({ ...WHATSAPP_FIELDS, MessagingServiceSid: 'MG1' })[0]?.account).to.equal('whatsapp:+15005550006')
  })

  it('on WhatsApp has the name of its profile, and the id that WhatsApp gives besides the number', () => {
    const [event] = read({ ...WHATSAPP_FIELDS, ExternalUserId: 'whatsapp:DE.4566546130240823' })
    expect(event?.data).to.deep.include({
      channel: 'twilio-whatsapp',
      sender: {
        identities: [ADA, { kind: 'bsuid', scope: ACCOUNT_SID, value: 'DE.4566546130240823' }],
        displayName: 'Ada',
      },
    })
    const [hidden] = read({ ...WHATSAPP_FIELDS, From: 'whatsapp:DE.4566546130240823' })
    expect(hidden?.key).to.equal(`${CONNECTION}/bsuid:${ACCOUNT_SID}:DE.4566546130240823`)
  })

  it('on WhatsApp may be a tap on a button, a row of a list, a form, a place', () => {
    const button = {
      ...WHATSAPP_FIELDS,
      MessageType: 'button',
      Body: 'Yes',
      ButtonText: 'Yes',
      ButtonPayload: 'confirm',
    }
    const row = {
      ...WHATSAPP_FIELDS,
      MessageType: 'interactive',
      Body: 'Red',
      ListId: 'r1',
      ListTitle: 'Red',
      ListDescription: 'warm',
    }
    const filled = { ...WHATSAPP_FIELDS, MessageType: 'interactive', Body: '', FlowData: '{"size":"L"}' }
    const broken = { ...filled, FlowData: '{' }
    const place = {
      ...WHATSAPP_FIELDS,
      Body: '',
      MessageType: 'location',
      Latitude: '52.5',
      Longitude: '-13.4',
      Address: 'Main St 1',
      Label: 'Shop',
    }
    expect([button, row, filled, broken, place].flatMap(contentOf)).to.deep.equal([
      { kind: 'reply', source: 'button', text: 'Yes', payload: 'confirm' },
      { kind: 'reply', source: 'list', text: 'Red', payload: 'r1', data: { description: 'warm' } },
      { kind: 'reply', source: 'flow', text: '', data: { size: 'L' } },
      { kind: 'reply', source: 'flow', text: '', data: { response: '{' } },
      { kind: 'location', latitude: 52.5, longitude: -13.4, name: 'Shop', address: 'Main St 1' },
    ])
  })

  it('tells what it quotes, the ad it came by, and that it was forwarded', () => {
    const [event] = read({
      ...WHATSAPP_FIELDS,
      ...{ OriginalRepliedMessageSid: 'MM1', Forwarded: 'true' },
      ...{ ReferralSourceType: 'ad', ReferralSourceId: '77', ReferralBody: 'Half price', ReferralCtwaClid: 'c1' },
    })
    expect(event?.data).to.deep.include({
      replyTo: 'MM1',
      forwarded: true,
      referral: { source: 'ad', sourceType: 'ad', sourceId: '77', body: 'Half price', ctwaClid: 'c1' },
    })
    expect(read(WHATSAPP_FIELDS)[0]?.data).to.not.have.any.keys('referral', 'forwarded', 'replyTo')
  })

  it('of a kind that nobody knows is kept whole; parameters that nobody knows are counted', () => {
    const parsed = parseWebhook(request({ ...WHATSAPP_FIELDS, Body: '', MessageType: 'hologram', Depth: '3' }))
    if (!parsed.ok) throw new Error(parsed.detail)
    expect(parsed).to.deep.include({ unknown: 1, unknownFields: { Depth: 1 } })
    const [event] = eventsOf(parsed)
    expect(event).to.include({ type: 'channel.unknown.received.v1' })
    expect(event?.data).to.deep.include({ vendorKind: 'message:hologram', channel: 'twilio-whatsapp' })
    expect(event?.data.raw).to.include({ Depth: '3' })
    const [rcs] = read({ ...SMS_FIELDS, From: 'rcs:+4915112345678' })
    expect(rcs?.data).to.include({ vendorKind: 'message:address' })
    const [call] = read({ AccountSid: ACCOUNT_SID, EventType: 'onSomething' })
    expect(call?.data).to.include({ vendorKind: 'call' })
  })

  it('that does not name its account is refused, and so is a body that is none', () => {
    const { AccountSid: _sid, ...nobody } = SMS_FIELDS
    expect(parseWebhook(request(nobody))).to.include({ ok: false, field: 'AccountSid' })
    const headers = { 'content-type': 'application/json' }
    expect(parseWebhook({ ...request({}), headers, body: Buffer.from('[]') })).to.include({ ok: false, field: 'body' })
    const json = Buffer.from(JSON.stringify(SMS_FIELDS))
    expect(parseWebhook({ ...request({}), headers, body: json })).to.include({ ok: true })
  })
})

describe('words that opt out and in', () => {
  const kinds = (fields: Readonly<Record<string, string>>) =>
    read(fields).map(({ type, data }) =>
      type === PREFERENCE ? `${data.purpose}:${data.wish}` : (data.content as { kind: string }).kind,
    )

  it('stop everything, told before the message itself, which is kept', () => {
    for (const word of [
      'STOP',
      'stop',
      ' Stop\n',
      'STOPALL',
      'UNSUBSCRIBE',
      'CANCEL',
      'END',
      'QUIT',
      'REVOKE',
      'OPTOUT',
    ])
      expect(kinds({ ...SMS_FIELDS, Body: word }), word).to.deep.equal(['all:stop', 'text'])
  })

  it('resume', () => {
    for (const word of ['START', 'UNSTOP', 'yes'])
      expect(kinds({ ...SMS_FIELDS, Body: word }), word).to.deep.equal(['all:resume', 'text'])
  })

  it('ask for help, which Twilio has answered: news of the channel that nobody answers again', () => {
    for (const word of ['HELP', 'info']) expect(kinds({ ...SMS_FIELDS, Body: word }), word).to.deep.equal(['system'])
    expect(contentOf({ ...SMS_FIELDS, Body: 'HELP' })).to.deep.equal([
      { kind: 'system', event: 'opt-out-help', text: 'HELP' },
    ])
  })

  it('are one word and nothing else', () => {
    for (const words of ['STOP PLEASE', 'please stop', 'stop.', 'I QUIT', 'yes please', ''])
      expect(kinds({ ...SMS_FIELDS, Body: words }), words).to.deep.equal(['text'])
  })

  it("are the tenant's own with Advanced Opt-Out, whose verdict stands", () => {
    expect(kinds({ ...SMS_FIELDS, Body: 'ARRÊT', OptOutType: 'STOP' })).to.deep.equal(['all:stop', 'text'])
    expect(kinds({ ...SMS_FIELDS, Body: 'JOIN', OptOutType: 'START' })).to.deep.equal(['all:resume', 'system'])
    expect(kinds({ ...SMS_FIELDS, Body: 'AIDE', OptOutType: 'HELP' })).to.deep.equal(['system'])
  })

  it('mean something on WhatsApp only when Twilio says so', () => {
    expect(kinds({ ...WHATSAPP_FIELDS, Body: 'end' })).to.deep.equal(['text'])
    expect(kinds({ ...WHATSAPP_FIELDS, Body: 'STOP', OptOutType: 'STOP' })).to.deep.equal(['all:stop', 'text'])
  })
})

describe('a status from Twilio', () => {
  const STATUS = {
    ...{ MessageSid: SID, SmsSid: SID, AccountSid: ACCOUNT_SID, From: '+15005550006', To: '+4915112345678' },
    ...{ MessageStatus: 'delivered', SmsStatus: 'delivered', ApiVersion: '2010-04-01' },
  }
  const QUERY = { ref: '0198f1a2-0000-7000-8000-000000000001', account: 'MG1', segments: '2' }

  it('brings our id back, for the connection that sent', () => {
    const [event, ...others] = read(STATUS, QUERY)
    expect(others).to.deep.equal([])
    expect(event).to.deep.include({ account: 'MG1', key: `${CONNECTION}/phone::+4915112345678` })
    expect(event?.data).to.deep.include({
      ...{ channel: 'twilio', externalId: SID, status: 'delivered', recipient: ADA },
      ...{ correlationId: QUERY.ref, extra: { segments: 2 } },
    })
  })

  it('is one fact however often it comes, and another one for each status', () => {
    const keys = ['sent', 'delivered', 'read'].map((MessageStatus) => read({ ...STATUS, MessageStatus })[0]?.dedupeKey)
    expect(new Set(keys)).to.have.property('size', 3)
    expect(read(STATUS)[0]?.dedupeKey).to.equal(read(STATUS, QUERY)[0]?.dedupeKey)
  })

  it('says why it failed', () => {
    const errors = [{ code: '30007', title: 'Filtered by the carrier' }]
    expect(read({ ...STATUS, MessageStatus: 'undelivered', ErrorCode: '30007' })[0]?.data).to.deep.include({
      status: 'failed',
      errors,
    })
    const whatsapp = {
      ...STATUS,
      From: 'whatsapp:+15005550006',
      To: 'whatsapp:+4915112345678',
      MessageStatus: 'failed',
    }
    const [window] = read({ ...whatsapp, ErrorCode: '63016' })
    expect(window?.data).to.deep.include({ channel: 'twilio-whatsapp', status: 'failed' })
    expect(window?.account).to.equal('whatsapp:+15005550006')
    const unlisted = { code: '39999', title: 'Something new' }
    expect(
      read({ ...STATUS, MessageStatus: 'failed', ErrorCode: '39999', ErrorMessage: 'Something new' })[0]?.data.errors,
    ).to.deep.equal([unlisted])
  })

  it('that is only on its way says nothing; one that nobody knows is kept', () => {
    for (const MessageStatus of ['accepted', 'queued', 'sending', 'scheduled'])
      expect(read({ ...STATUS, MessageStatus })).to.deep.equal([])
    expect(read({ ...STATUS, MessageStatus: 'beamed' })[0]?.data).to.include({ vendorKind: 'status:beamed' })
  })
})
