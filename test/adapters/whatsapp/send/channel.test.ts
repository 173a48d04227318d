import type { OutboundContent } from '@parley/core'
import { expect } from 'chai'
import { ADA, type Bakery, connection, openBakery, TOKEN, toAda } from '../bakery.ts'

const hello: OutboundContent = { kind: 'text', text: 'Guten Tag 🥐' }
const signal = () => AbortSignal.timeout(10_000)

describe('sending through WhatsApp', () => {
  let bakery: Bakery
  const lastSent = () => bakery.simulator.state.received.all.at(-1)?.message

  beforeEach(async () => {
    bakery = await openBakery()
    bakery.simulator.customer(ADA).text('hi')
  })
  afterEach(() => bakery.close())

  it('posts a text with our id and answers with the vendor id', async () => {
    const result = await bakery.send({ ...hello, previewUrl: true })
    expect(result).to.deep.equal({ ok: true, externalId: bakery.simulator.state.received.all.at(-1)?.id })
    expect(lastSent()).to.deep.equal({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: ADA,
      type: 'text',
      text: { body: 'Guten Tag 🥐', preview_url: true },
      biz_opaque_callback_data: '0198f1a2-0000-7000-8000-00000000cafe',
    })
    const call = bakery.simulator.requests.at(-1)
    expect(call?.path).to.equal('/v25.0/208070605040302/messages')
    expect(call?.headers.authorization).to.equal(`Bearer ${TOKEN}`)
  })

  it('quotes, reacts, takes a reaction back, and shows a place', async () => {
    await bakery.send(hello, { replyTo: 'wamid.Q' })
    expect(lastSent()?.context).to.deep.equal({ message_id: 'wamid.Q' })
    await bakery.send({ kind: 'reaction', emoji: '👍', target: 'wamid.Q' })
    expect(lastSent()?.reaction).to.deep.equal({ message_id: 'wamid.Q', emoji: '👍' })
    await bakery.send({ kind: 'reaction', emoji: null, target: 'wamid.Q' })
    expect(lastSent()?.reaction).to.deep.equal({ message_id: 'wamid.Q', emoji: '' })
    await bakery.send({ kind: 'location', latitude: 51.3, longitude: 12.4, name: 'Ring' })
    expect(lastSent()?.location).to.deep.equal({ latitude: 51.3, longitude: 12.4, name: 'Ring' })
  })

  it('writes to a BSUID as recipient and to a group as a group', async () => {
    bakery.simulator.customer('DE.123').text('hi')
    expect(await bakery.send(hello, { to: { kind: 'bsuid', scope: 'w', value: 'DE.123' } })).to.include({ ok: true })
    expect(lastSent()).to.include({ recipient: 'DE.123', recipient_type: 'individual' }).and.not.have.property('to')
    bakery.simulator.customer('G-1').text('hi')
    await bakery.send(hello, { to: { kind: 'group', scope: 'n', value: 'G-1' } })
    expect(lastSent()).to.include({ to: 'G-1', recipient_type: 'group' })
    const visitor = await bakery.send(hello, { to: { kind: 'visitor', scope: '', value: 'x' } })
    expect(visitor).to.include({ ok: false, failure: 'recipient', code: 'parley.identity' })
  })

  it('uploads a file of ours once and sends it by id; a link goes as it is', async () => {
    bakery.store.files.set('menu', { mimeType: 'application/pdf', content: Buffer.from('%PDF-1 menu') })
    const menu: OutboundContent = {
      kind: 'document',
      media: { objectKey: 'menu', fileName: 'Menü "1".pdf' },
      text: 'Bitte',
    }
    expect(await bakery.send(menu)).to.include({ ok: true })
    const { id, ...rest } = (lastSent()?.document ?? {}) as { id?: string }
    expect(rest).to.deep.equal({ caption: 'Bitte', filename: 'Menü "1".pdf' })
    expect(bakery.simulator.state.media.get(id ?? '')?.content.toString()).to.equal('%PDF-1 menu')
    await bakery.send(menu)
    expect(bakery.simulator.requests.filter((call) => call.path.endsWith('/media'))).to.have.length(1)
    await bakery.send({ kind: 'image', media: { link: 'https://bakery.example/a.png' } })
    expect(lastSent()?.image).to.deep.equal({ link: 'https://bakery.example/a.png' })
  })

  it('refuses a file that is gone, too large, or another tenant’s', async () => {
    const image = (objectKey: string): OutboundContent => ({ kind: 'image', media: { objectKey } })
    expect(await bakery.send(image('none'))).to.include({ failure: 'content', code: 'parley.no-object' })
    bakery.store.files.set('huge', { mimeType: 'image/png', content: Buffer.alloc(5 * 1024 * 1024 + 1) })
    expect(await bakery.send(image('huge'))).to.include({ failure: 'content', code: 'parley.too-large' })
    bakery.store.files.set('mine', { mimeType: 'image/png', content: Buffer.from('png') })
    const stranger = connection({ tenantId: '0198f1a2-0000-7000-8000-0000000000bb' })
    expect(await bakery.send(image('mine'), { connection: stranger })).to.include({ code: 'parley.no-object' })
  })

  it('sends buttons, a list, a link and a flow as Meta wants them', async () => {
    const frame = { kind: 'interactive', text: 'Welches Brot?', header: 'Brot', footer: 'Bäckerei' } as const
    expect(await bakery.send({ ...frame, buttons: [{ id: 'a', title: 'Roggen' }] })).to.include({ ok: true })
    expect(lastSent()?.interactive).to.deep.equal({
      type: 'button',
      header: { type: 'text', text: 'Brot' },
      body: { text: 'Welches Brot?' },
      footer: { text: 'Bäckerei' },
      action: { buttons: [{ type: 'reply', reply: { id: 'a', title: 'Roggen' } }] },
    })
    const list = { button: 'Auswahl', sections: [{ rows: [{ id: 'a', title: 'Roggen', description: '1 kg' }] }] }
    expect(await bakery.send({ ...frame, list })).to.include({ ok: true })
    expect(await bakery.send({ ...frame, link: { title: 'Karte', url: 'https://b.example' } })).to.include({ ok: true })
    const flow = { id: '42', button: 'Bestellen', token: 't', data: { screen: 'START', size: 'L' } }
    expect(await bakery.send({ ...frame, flow })).to.include({ ok: true })
    expect(lastSent())
      .to.have.nested.property('interactive.action.parameters')
      .that.deep.equals({
        flow_message_version: '3',
        flow_id: '42',
        flow_cta: 'Bestellen',
        flow_token: 't',
        flow_action: 'navigate',
        flow_action_payload: { screen: 'START', data: { size: 'L' } },
      })
  })

  it('refuses what Meta would refuse, before sending and without quoting it', async () => {
    const frame = { kind: 'interactive', text: 'x' } as const
    const button = (id: string, title = 'ok') => ({ id, title })
    const refused: readonly (readonly [OutboundContent, string])[] = [
      [{ kind: 'text', text: 'x'.repeat(4097) }, 'parley.too-long'],
      [{ kind: 'image', media: { link: 'https://x.example' }, text: 'x'.repeat(1025) }, 'parley.too-long'],
      [{ kind: 'audio', media: { link: 'https://x.example' }, text: 'no' }, 'parley.no-caption'],
      [{ ...frame, buttons: ['a', 'b', 'c', 'd'].map((id) => button(id)) }, 'parley.too-many'],
      [{ ...frame, buttons: [button('a'), button('a')] }, 'parley.same-id'],
      [{ ...frame, buttons: [button('a', 'x'.repeat(21))] }, 'parley.too-long'],
      [{ ...frame, text: '', buttons: [button('a')] }, 'parley.empty'],
      [
        { ...frame, list: { button: 'b', sections: [{ rows: [button('a')] }, { rows: [button('b')] }] } },
        'parley.untitled',
      ],
    ]
    const before = bakery.simulator.requests.length
    for (const [content, code] of refused) expect(await bakery.send(content)).to.include({ failure: 'content', code })
    expect(bakery.simulator.requests).to.have.length(before)
    expect(await bakery.send({ kind: 'text', text: '🥐'.repeat(4096) })).to.include({ ok: true })
  })

  it('names a closed window, and still sends a template', async () => {
    bakery.clock.advance(25 * 60 * 60 * 1000)
    expect(await bakery.send(hello)).to.include({ ok: false, failure: 'window', code: '131047' })
    bakery.simulator.state.templates.set('304050607080901', [
      {
        id: '1',
        name: 'back',
        language: 'de',
        category: 'UTILITY',
        status: 'APPROVED',
        components: [{ type: 'BODY', text: 'Hi {{1}}' }],
      },
      { id: '2', name: 'off', language: 'de', category: 'UTILITY', status: 'PAUSED', components: [] },
    ])
    const template = { kind: 'template', name: 'back', language: 'de' } as const
    const components = [{ type: 'body', parameters: [{ type: 'text', text: 'Ada' }] }]
    expect(await bakery.send({ ...template, components })).to.include({ ok: true })
    expect(await bakery.send(template)).to.include({ failure: 'content', code: '132000' })
    expect(await bakery.send({ ...template, language: 'fr' })).to.include({ failure: 'content', code: '132001' })
    expect(await bakery.send({ ...template, name: 'off' })).to.include({ failure: 'content', code: '132015' })
  })

  it('tells the classes of refusal apart', async () => {
    const faulty = async (code: number, status?: number) => {
      bakery.simulator.faults.add({ kind: 'fail', code, times: 1, ...(status === undefined ? {} : { status }) })
      return bakery.send(hello)
    }
    expect(await faulty(131016)).to.include({ failure: 'retryable' })
    expect(await faulty(131056)).to.include({ failure: 'throttled', retryAfterMs: 6_000 })
    expect(await faulty(131026)).to.include({ failure: 'recipient' })
    expect(await faulty(131042)).to.include({ failure: 'auth' })
    expect(await faulty(210)).to.include({ failure: 'auth' })
    expect(await faulty(999_999, 400)).to.include({ failure: 'content', code: '999999' })
    expect(await faulty(999_999, 500)).to.include({ failure: 'retryable' })
    bakery.simulator.faults.add({ kind: 'throttle', retryAfterMs: 7_000, times: 1 })
    expect(await bakery.send(hello)).to.include({ failure: 'throttled', retryAfterMs: 7_000 })
  })

  it('keeps the token and the recipient out of what it says', async () => {
    const wrong = 'EAAwrongTokenThatMustNotLeak99999'
    const result = await bakery.send(hello, { connection: connection({ secrets: { accessToken: wrong } }) })
    expect(result).to.include({ ok: false, failure: 'auth', code: '190' })
    expect(JSON.stringify(result)).to.not.contain(wrong)
    const broken = await bakery.send(hello, { connection: connection({ secrets: { accessToken: 'a\nb' } }) })
    expect(broken).to.include({ ok: false, failure: 'auth' })
    bakery.simulator.faults.add({ kind: 'fail', code: 131026, detail: `unknown ${ADA}`, times: 1 })
    expect(JSON.stringify(await bakery.send(hello))).to.not.contain(ADA)
  })

  it('does not know what became of a send whose answer was lost', async () => {
    bakery.simulator.faults.add({ kind: 'lose-answer', times: 1 })
    const result = await bakery.send(hello)
    expect(result).to.include({ ok: false, failure: 'unknown' })
    expect(bakery.simulator.state.received.all).to.have.length(1)
  })

  it('knows that nothing was sent when nobody listens', async () => {
    await bakery.simulator.close()
    const [first, second] = [await bakery.send(hello), await bakery.send(hello)]
    expect([first, second].map((result) => !result.ok && result.failure)).to.include('retryable')
    expect(second).to.include({ failure: 'retryable', code: 'ECONNREFUSED' })
  })

  it('gives up when told to: unknown once it was written, retryable before', async () => {
    bakery.simulator.faults.add({ kind: 'delay', ms: 5_000, times: 1 })
    expect(await bakery.send(hello, { signal: AbortSignal.timeout(100) })).to.include({
      failure: 'unknown',
      code: 'aborted',
    })
    expect(await bakery.send(hello, { signal: AbortSignal.abort() })).to.include({
      failure: 'retryable',
      code: 'aborted',
    })
  })

  it('checks a connection against the vendor', async () => {
    const ok = await bakery.channel.test(connection(), signal())
    expect(ok).to.deep.equal({ ok: true, title: 'Bakery 493411112233' })
    const bad = await bakery.channel.test(connection({ secrets: { accessToken: 'wrong' } }), signal())
    expect(bad).to.include({ ok: false })
    expect(JSON.stringify(bad)).to.contain('190').and.not.contain('wrong')
  })

  it('paces a number and a pair by the clock, and says how long to wait', async () => {
    const paced = await openBakery({
      settings: { messagesPerSecond: 2, pairBurst: 3 },
      simulator: { enforceWindow: false },
    })
    const to = (value: string) => ({ to: { ...toAda, value } })
    try {
      const burst = [await paced.send(hello), await paced.send(hello), await paced.send(hello)]
      expect(burst.map((result) => result.ok)).to.deep.equal([true, true, false])
      expect(burst[2]).to.include({ failure: 'throttled', code: 'parley.paced', retryAfterMs: 500 })
      paced.clock.advance(500)
      expect(await paced.send(hello)).to.include({ ok: true })
      paced.clock.advance(1_000)
      const pair = await paced.send(hello)
      expect(pair).to.include({ failure: 'throttled' })
      expect(!pair.ok && pair.retryAfterMs).to.be.within(4_000, 6_000)
      expect(await paced.send(hello, to('+4916011111'))).to.include({ ok: true })
      expect(paced.simulator.state.received.all).to.have.length(4)
    } finally {
      await paced.close()
    }
  })
})
