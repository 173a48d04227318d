import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { request } from 'undici'
import { signatureMatches } from '../../../../adapters/meta/signature.ts'
import { simulateWhatsApp } from '../../../../adapters/whatsapp/simulator/simulate.ts'
import { ADA, type Bakery, openBakery } from '../bakery.ts'
import { eventOf, parsed } from '../payloads.ts'

const SECRET = 'app-secret'

/** A business's server that keeps what it is told, and may answer with another status first. */
async function openBusiness() {
  const calls: { body: Buffer; signature: string | undefined }[] = []
  const statuses: number[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const signature = incoming.headers['x-hub-signature-256']
    calls.push({ body: Buffer.concat(chunks), signature: typeof signature === 'string' ? signature : undefined })
    response.writeHead(statuses.shift() ?? 200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/whatsapp/e1`
  const events = () => calls.flatMap((call) => parsed(call.body).items.map(eventOf))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url, calls, statuses, events, close }
}

describe('the WhatsApp simulator', () => {
  let bakery: Bakery
  let business: Awaited<ReturnType<typeof openBusiness>>
  const hello = { kind: 'text', text: 'Moin' } as const

  beforeEach(async () => {
    business = await openBusiness()
    bakery = await openBakery()
    const account = bakery.simulator.state.accounts.get('208070605040302')
    if (account !== undefined) bakery.simulator.addAccount({ ...account, callbackUrl: business.url, appSecret: SECRET })
  })
  afterEach(async () => {
    await bakery.close()
    await business.close()
  })

  it('signs what a scripted customer says, as the adapter understands it', async () => {
    const ada = bakery.simulator.customer(ADA).named('Ada').withUserId('DE.42')
    const id = ada.text('Haben Sie offen?')
    ada.image(Buffer.from('jpg'), 'image/jpeg', 'so eins')
    ada.tapButton('wamid.B', 'yes', 'Ja')
    ada.tapRow('wamid.B', 'rye', 'Roggen')
    ada.react('wamid.B', '❤️')
    ada.react('wamid.B', undefined)
    ada.text('vom Plakat', { referral: { source_type: 'ad' }, forwarded: true })
    await bakery.simulator.webhooks.idle()
    expect(business.calls.every((call) => signatureMatches(call.body, call.signature, [SECRET]))).to.equal(true)
    const events = business.events()
    expect(events.map((event) => event.data.content.kind)).to.deep.equal([
      'text',
      'image',
      'reply',
      'reply',
      'reaction',
      'reaction',
      'text',
    ])
    expect(events[0]?.data).to.deep.include({ externalId: id })
    expect(events[0]?.data.sender.identities.map((identity: { kind: string }) => identity.kind)).to.deep.equal([
      'phone',
      'bsuid',
    ])
    expect(events[2]?.data).to.include({ replyTo: 'wamid.B' })
    expect(events[6]?.data).to.deep.include({ referral: { source_type: 'ad' }, forwarded: true })
  })

  it('reports sent, delivered and read with our id and a price', async () => {
    bakery.simulator.customer(ADA).text('hi')
    const sent = await bakery.send(hello)
    await bakery.simulator.webhooks.idle()
    const statuses = business.events().slice(1)
    expect(statuses.map((event) => event.data.status)).to.deep.equal(['sent', 'delivered', 'read'])
    for (const status of statuses)
      expect(status.data).to.deep.include({
        externalId: sent.ok && sent.externalId,
        correlationId: '0198f1a2-0000-7000-8000-00000000cafe',
        pricing: { billable: false, pricing_model: 'PMP', category: 'service', type: 'free_customer_service' },
      })
  })

  it('reports a person out of reach in the answer, or later by a status as Meta often does', async () => {
    bakery.simulator.customer(ADA).text('hi')
    bakery.simulator.state.person(ADA).unreachable = true
    expect(await bakery.send(hello)).to.include({ failure: 'recipient', code: '131026' })
    const late = await openBakery({ simulator: { lateErrors: true } })
    try {
      const account = bakery.simulator.state.accounts.get('208070605040302')
      if (account !== undefined) late.simulator.addAccount(account)
      expect(await late.send(hello)).to.include({ ok: true })
      await late.simulator.webhooks.idle()
      const failed = business.events().at(-1)
      expect(failed?.data.status).to.equal('failed')
      expect(failed?.data.errors[0].code).to.equal('131047')
    } finally {
      await late.close()
    }
  })

  it('posts again what was not taken, and under faults twice, late, out of order or never', async () => {
    business.statuses.push(503, 500)
    const ada = bakery.simulator.customer(ADA)
    ada.text('one')
    await bakery.simulator.webhooks.idle()
    expect(business.calls).to.have.length(3)
    bakery.simulator.webhooks.setFaults({ duplicate: 1 })
    ada.text('two')
    await bakery.simulator.webhooks.idle()
    expect(business.calls).to.have.length(5)
    bakery.simulator.webhooks.setFaults({ reorder: 1, delayMs: 5 })
    ada.text('three')
    ada.text('four')
    await bakery.simulator.webhooks.idle()
    expect(
      business
        .events()
        .slice(-2)
        .map((event) => event.data.content.text),
    ).to.deep.equal(['four', 'three'])
    bakery.simulator.webhooks.setFaults({ drop: 1 })
    ada.text('five')
    await bakery.simulator.webhooks.idle()
    expect(business.calls).to.have.length(7)
  })

  it('echoes what the business writes in its own app, and announces account news', async () => {
    bakery.simulator.echo(ADA, 'vom Handy')
    bakery.simulator.announce('account_update', { event: 'ACCOUNT_RECONNECTED' })
    await bakery.simulator.webhooks.idle()
    expect(business.events().map((event) => event.type.type)).to.deep.equal([
      'channel.message.echoed.v1',
      'channel.account.changed.v1',
    ])
  })

  it('checks bodies by Meta’s rules and answers in Meta’s shape', async () => {
    const post = async (body: unknown, number = '208070605040302') => {
      const answer = await request(`${bakery.simulator.url}/v25.0/${number}/messages`, {
        method: 'POST',
        headers: { authorization: 'Bearer EAAtestTokenOfTheBakery0123456789' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return (await answer.body.json()) as {
        error?: { code: number; error_subcode?: number; error_data: { details: string } }
      }
    }
    const base = { messaging_product: 'whatsapp', to: ADA }
    const code = async (body: unknown) => (await post(body)).error?.code
    expect(await code('{')).to.equal(100)
    expect(await code({ to: ADA, type: 'text', text: { body: 'x' } })).to.equal(131008)
    expect(await code({ messaging_product: 'whatsapp', type: 'text', text: { body: 'x' } })).to.equal(131008)
    expect(await code({ ...base, type: 'text', text: {} })).to.equal(131008)
    expect(await code({ ...base, type: 'text', text: { body: 'x'.repeat(4097) } })).to.equal(100)
    expect(await code({ ...base, type: 'hologram', hologram: {} })).to.equal(131009)
    expect(await code({ ...base, type: 'image', image: { id: 'none' } })).to.equal(131009)
    expect(await code({ ...base, type: 'image', image: { id: '1', link: 'https://x' } })).to.equal(131009)
    expect(
      await code({ ...base, type: 'text', text: { body: 'x' }, biz_opaque_callback_data: 'x'.repeat(513) }),
    ).to.equal(131009)
    expect(await code({ ...base, type: 'text', text: { body: 'x' } })).to.equal(131047)
    expect((await post(base, '999')).error).to.include({ code: 100, error_subcode: 33 })
  })

  it('is steered over HTTP by another process', async () => {
    const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => {
      const answer = await request(`${bakery.simulator.url}/_sim${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.body.text()
      return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) }
    }
    const said = await call('POST', `/customers/${ADA}/messages`, {
      message: { type: 'text', text: { body: 'hi' } },
      name: 'Ada',
    })
    expect(said).to.deep.include({ status: 200 })
    expect(said.body.status).to.equal(200)
    expect(business.events()[0]?.data.sender.displayName).to.equal('Ada')
    const waiting = call('GET', `/received?customer=${ADA}&waitMs=5000`)
    await bakery.send(hello)
    const page = (await waiting).body
    expect(page.messages[0]).to.deep.include({ to: ADA, type: 'text' })
    expect((await call('GET', `/received?after=${page.next}`)).body.messages).to.deep.equal([])
    expect((await call('POST', '/faults', { kind: 'fail', code: 131016, times: 1 })).status).to.equal(204)
    expect(await bakery.send(hello)).to.include({ failure: 'retryable' })
    expect((await call('POST', '/faults', { kind: 'explode' })).status).to.equal(400)
    expect((await call('POST', '/webhook-faults', { duplicate: 2 })).status).to.equal(400)
    expect((await call('PATCH', `/customers/${ADA}`, { unreachable: true })).status).to.equal(204)
    expect(await bakery.send(hello)).to.include({ failure: 'recipient' })
    expect((await call('DELETE', '/faults')).status).to.equal(204)
    expect((await call('GET', '/requests')).body.length).to.be.greaterThan(2)
    expect((await call('GET', '/nothing')).status).to.equal(404)
  })

  it('lets `parley simulate whatsapp` write as a customer and print what comes back', async () => {
    const lines: string[] = []
    const whatsapp = {
      endpointUrl: business.url,
      appSecret: SECRET,
      phoneNumberId: '208070605040302',
      graphBaseUrl: bakery.simulator.url,
    }
    const run = simulateWhatsApp(['Moin', 'Haben Sie offen?', '--from', ADA], { whatsapp }, (line) => lines.push(line))
    while (business.calls.length < 2) await new Promise((resolve) => setImmediate(resolve))
    await bakery.send({ kind: 'text', text: 'Ja, bis 18 Uhr.' })
    await bakery.send({ kind: 'interactive', text: 'Vorbestellen?', buttons: [{ id: 'y', title: 'Ja' }] })
    await run
    expect(lines).to.deep.equal(['→ Moin', '→ Haben Sie offen?', '← Ja, bis 18 Uhr.', '← [interactive] Vorbestellen?'])
  })

  it('says what is wrong when `parley simulate whatsapp` finds no demo, no simulator, or a closed door', async () => {
    const whatsapp = {
      endpointUrl: business.url,
      appSecret: SECRET,
      phoneNumberId: '208070605040302',
      graphBaseUrl: bakery.simulator.url,
    }
    const codeOf = (demo: unknown) =>
      simulateWhatsApp(['Moin'], demo, () => {}).then(
        () => 'none',
        (error: { code?: string }) => error.code,
      )
    expect(await codeOf(undefined)).to.equal('whatsapp.no-demo')
    expect(await codeOf({ whatsapp: { ...whatsapp, graphBaseUrl: 'http://127.0.0.1:1' } })).to.equal(
      'simulator.unreachable',
    )
    business.statuses.push(401)
    expect(await codeOf({ whatsapp })).to.equal('simulator.webhook-refused')
  })
})
