import type { OutboundContent } from '@parley/core'
import { expect } from 'chai'
import { ADA, openPage, type Shop } from '../meta/platform/shop.ts'

const HOUR = 3_600_000
const hello = { kind: 'text', text: 'Moin' } as const

describe('sending on Messenger', () => {
  let shop: Shop
  const once = (code: number, status?: number) =>
    shop.simulator.faults.add({ kind: 'fail', code, times: 1, ...(status === undefined ? {} : { status }) })

  beforeEach(async () => {
    shop = await openPage({ settings: { humanAgent: true } })
    shop.customer.text('Haben Sie offen?')
  })
  afterEach(() => shop.close())

  it('sends a text with our id, as an answer, quoting what it answers', async () => {
    const result = await shop.send(hello, { replyTo: 'm_1#2' })
    expect(result).to.deep.equal({ ok: true, externalId: shop.simulator.state.received.all[0]?.id })
    expect(shop.sent()).to.deep.equal({
      recipient: { id: ADA },
      messaging_type: 'RESPONSE',
      message: { text: 'Moin', metadata: '0198f1a2-0000-7000-8000-00000000cafe' },
      reply_to: { mid: 'm_1' },
    })
    await shop.send(hello, { replyTo: 'postback:abc' })
    expect(shop.sent()).to.not.have.property('reply_to')
  })

  it('uploads a file once and sends it by its id; a link as it is', async () => {
    shop.store.files.set('k', { mimeType: 'application/pdf', content: Buffer.from('pdf') })
    const document = { kind: 'document', media: { objectKey: 'k', fileName: 'Preise.pdf' } } as const
    expect(await shop.send(document)).to.include({ ok: true })
    expect(await shop.send(document)).to.include({ ok: true })
    expect(shop.sent()).to.have.nested.property('message.attachment.type', 'file')
    expect(shop.simulator.requests.filter((one) => one.path.endsWith('/message_attachments'))).to.have.length(1)
    await shop.send({ kind: 'image', media: { link: 'https://b.example/brot.jpg' } })
    expect(shop.sent()).to.have.nested.property('message.attachment.payload.url', 'https://b.example/brot.jpg')
    expect(await shop.send({ kind: 'image', media: { objectKey: 'gone' } })).to.include({ code: 'parley.no-object' })
    shop.store.files.set('big', { mimeType: 'image/png', content: Buffer.alloc(26 * 1024 * 1024) })
    expect(await shop.send({ kind: 'image', media: { objectKey: 'big' } })).to.include({ code: 'parley.too-large' })
  })

  it('sends up to three buttons as a template, more and lists as quick replies, a link as a button', async () => {
    const frame = { kind: 'interactive', text: 'Welches Brot?', header: 'Bäckerei', footer: 'frisch' } as const
    const buttons = ['a', 'b', 'c', 'd'].map((id) => ({ id, title: `Brot ${id}` }))
    expect(await shop.send({ ...frame, buttons: buttons.slice(0, 3) })).to.include({ ok: true })
    expect(shop.sent())
      .to.have.nested.property('message.attachment.payload')
      .that.deep.equals({
        template_type: 'button',
        text: 'Bäckerei\n\nWelches Brot?\n\nfrisch',
        buttons: buttons.slice(0, 3).map(({ id, title }) => ({ type: 'postback', title, payload: id })),
      })
    expect(await shop.send({ ...frame, buttons })).to.include({ ok: true })
    expect(shop.sent()).to.have.nested.property('message.quick_replies').with.length(4)
    expect(await shop.send({ ...frame, list: { button: 'Wahl', sections: [{ rows: buttons }] } })).to.include({
      ok: true,
    })
    expect(await shop.send({ ...frame, link: { title: 'Karte', url: 'https://b.example' } })).to.include({ ok: true })
    expect(shop.sent()).to.have.nested.property('message.attachment.payload.buttons[0].type', 'web_url')
  })

  it('sends cards as a generic template, and one without a title as a media template', async () => {
    const cards = [
      {
        title: 'Roggen',
        subtitle: '1 kg',
        media: { link: 'https://b.example/r.jpg' },
        buttons: [{ title: 'Kaufen', id: 'rye' }],
      },
      { title: 'Dinkel', url: 'https://b.example/d' },
    ]
    expect(await shop.send({ kind: 'interactive', text: 'Brote', cards })).to.include({ ok: true })
    expect(shop.sent())
      .to.have.nested.property('message.attachment.payload.elements')
      .that.deep.equals([
        {
          title: 'Roggen',
          subtitle: '1 kg',
          image_url: 'https://b.example/r.jpg',
          buttons: [{ type: 'postback', title: 'Kaufen', payload: 'rye' }],
        },
        { title: 'Dinkel', default_action: { type: 'web_url', url: 'https://b.example/d' } },
      ])
    const film = {
      media: { link: 'https://b.example/f.mp4', mimeType: 'video/mp4' },
      buttons: [{ title: 'Mehr', url: 'https://b.example' }],
    }
    expect(await shop.send({ kind: 'interactive', text: 'Film', cards: [film] })).to.include({ ok: true })
    expect(shop.sent()).to.have.nested.property('message.attachment.payload.elements[0].media_type', 'video')
  })

  it('refuses what Meta would refuse, before sending and without quoting it', async () => {
    const frame = { kind: 'interactive', text: 'x' } as const
    const refused: readonly (readonly [OutboundContent, string])[] = [
      [{ kind: 'text', text: 'x'.repeat(2001) }, 'parley.too-long'],
      [{ kind: 'image', media: { link: 'https://x.example' }, text: 'caption' }, 'parley.no-caption'],
      [{ kind: 'location', latitude: 1, longitude: 1 }, 'parley.no-kind'],
      [{ kind: 'reaction', emoji: '❤️', target: 'm_1' }, 'parley.no-kind'],
      [{ ...frame, flow: { id: '1', button: 'b' } }, 'parley.no-flow'],
      [{ ...frame, buttons: [{ id: 'a', title: 'x'.repeat(21) }] }, 'parley.too-long'],
      [
        {
          ...frame,
          buttons: [
            { id: 'a', title: 'x' },
            { id: 'a', title: 'y' },
          ],
        },
        'parley.same-id',
      ],
      [{ ...frame, text: 'x'.repeat(641), buttons: [{ id: 'a', title: 'x' }] }, 'parley.too-long'],
      [{ ...frame, buttons: Array.from({ length: 14 }, (_, n) => ({ id: `${n}`, title: 'x' })) }, 'parley.too-many'],
      [{ ...frame, cards: [{ title: 'bare' }] }, 'parley.bare-card'],
      [
        { ...frame, cards: [{ title: 'a', url: 'https://x.example' }, { media: { link: 'https://x.example' } }] },
        'parley.untitled',
      ],
    ]
    for (const [content, code] of refused)
      expect(await shop.send(content), code).to.include({ failure: 'content', code })
    expect(shop.simulator.requests).to.have.length(0)
    expect(await shop.send(hello, { to: { kind: 'phone', scope: '', value: '+1' } })).to.include({
      failure: 'recipient',
    })
  })

  it('names a closed window; a person gets through for seven days, and not a day longer', async () => {
    shop.clock.advance(25 * HOUR)
    expect(await shop.send(hello)).to.include({ ok: false, failure: 'window', code: '10' })
    expect(await shop.send(hello, { humanAgent: true })).to.include({ ok: true })
    expect(shop.sent()).to.include({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })
    shop.clock.advance(6 * 24 * HOUR)
    expect(await shop.send(hello, { humanAgent: true })).to.include({ failure: 'window' })
    shop.customer.refer({ source: 'ADS', ad_id: '1' })
    shop.clock.advance(3 * 24 * HOUR)
    expect(await shop.send(hello)).to.include({ ok: true })
  })

  it('declares its window as data: longer after ads, longest for people where Meta approved', async () => {
    expect(shop.channel.capabilities.window).to.deep.equal({
      hoursByOpener: { message: 24, referral: 168 },
      referralSources: ['ADS'],
      whenClosed: [],
      humanHours: 168,
    })
    const usual = await openPage()
    expect(usual.channel.capabilities.window).to.not.have.property('humanHours')
    await usual.close()
  })

  it('tells the classes of refusal apart', async () => {
    const faulty = async (code: number, status?: number) => {
      once(code, status)
      return shop.send(hello)
    }
    expect(await faulty(613)).to.include({ failure: 'throttled', retryAfterMs: 5_000 })
    expect(await faulty(4)).to.include({ failure: 'throttled' })
    expect(await faulty(1200)).to.include({ failure: 'retryable' })
    expect(await faulty(551)).to.include({ failure: 'recipient' })
    expect(await faulty(10)).to.include({ failure: 'auth' })
    expect(await faulty(368)).to.include({ failure: 'auth' })
    expect(await faulty(230)).to.include({ failure: 'recipient' })
    expect(await faulty(200, 403)).to.include({ failure: 'auth' })
    expect(await faulty(999_999, 400)).to.include({ failure: 'content' })
    shop.simulator.state.person(ADA).unreachable = true
    expect(await shop.send(hello)).to.include({ failure: 'recipient', code: '551' })
    const stranger = { kind: 'psid', scope: '', value: '1' }
    expect(await shop.send(hello, { to: stranger })).to.include({ failure: 'recipient', code: '100' })
  })

  it('keeps the token out of what it says', async () => {
    const wrong = 'EAAwrongTokenThatMustNotLeak99999'
    const connection = { ...shop.connection, secrets: { accessToken: wrong } }
    const result = await shop.send(hello, { connection })
    expect(result).to.include({ failure: 'auth', code: '190' })
    expect(JSON.stringify([result, await shop.channel.test(connection, AbortSignal.timeout(5_000))])).to.not.contain(
      wrong,
    )
  })

  it('believes a token of this very page only', async () => {
    const signal = AbortSignal.timeout(5_000)
    expect(await shop.channel.test(shop.connection, signal)).to.deep.equal({ ok: true, title: 'Bakery' })
    shop.simulator.addAccount({ id: '999', name: 'Butcher', accessToken: 'EAAanother' })
    const stolen = { ...shop.connection, secrets: { accessToken: 'EAAanother' } }
    expect(await shop.channel.test(stolen, signal)).to.include({ ok: false })
  })

  it('paces an account by the clock, films by a rate of their own', async () => {
    const paced = await openPage({
      settings: { messagesPerSecond: 2, filmsPerSecond: 1 },
      simulator: { enforceWindow: false },
    })
    const film = { kind: 'video', media: { link: 'https://b.example/f.mp4' } } as const
    expect([await paced.send(hello), await paced.send(hello)].every((result) => result.ok)).to.equal(true)
    expect(await paced.send(hello)).to.include({ failure: 'throttled', code: 'parley.paced', retryAfterMs: 500 })
    expect(await paced.send(film)).to.include({ ok: true })
    expect(await paced.send(film)).to.include({ failure: 'throttled', retryAfterMs: 1_000 })
    paced.clock.advance(500)
    expect(await paced.send(hello)).to.include({ ok: true })
    await paced.close()
  })

  it('shows that we read and write, to the person', async () => {
    const { connection, receipts } = shop
    const to = { kind: 'psid', scope: '', value: ADA }
    const mark = { connection, externalId: 'm_1', to, typing: true, signal: AbortSignal.timeout(5_000) }
    expect(await receipts.markRead(mark)).to.include({ ok: true })
    expect(shop.simulator.state.actions.map((action) => action.split('/').at(-1))).to.deep.equal([
      'mark_seen',
      'typing_on',
    ])
  })

  it('asks for a name; who is hidden stays nameless', async () => {
    const ask = {
      connection: shop.connection,
      identity: { kind: 'psid', scope: '', value: ADA },
      signal: AbortSignal.timeout(5_000),
    }
    shop.customer.named('Ada Krüger')
    expect(await shop.profiles.profileOf(ask)).to.deep.equal({
      ok: true,
      sender: { identities: [ask.identity], displayName: 'Ada Krüger' },
    })
    shop.simulator.state.person(ADA).hidden = true
    expect(await shop.profiles.profileOf(ask)).to.include({ ok: false, failure: 'hidden' })
    shop.simulator.faults.add({ kind: 'throttle', times: 1 })
    expect(await shop.profiles.profileOf(ask)).to.include({ failure: 'throttled' })
  })
})
