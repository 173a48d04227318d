import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { request } from 'undici'
import { MESSENGER } from '../../../../adapters/meta/platform/product.ts'
import { simulatePlatform } from '../../../../adapters/meta/platform/simulator/simulate.ts'
import { signatureMatches } from '../../../../adapters/meta/signature.ts'
import { eventOf, parsed } from './payloads.ts'
import { ACCOUNT, ADA, openPage, type Shop, TOKEN } from './shop.ts'

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
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/messenger/e1`
  const events = () => calls.flatMap((call) => parsed(MESSENGER, call.body).items.map(eventOf))
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url, calls, statuses, events, close }
}

describe('the simulator of the Messenger Platform', () => {
  let shop: Shop
  let business: Awaited<ReturnType<typeof openBusiness>>

  beforeEach(async () => {
    business = await openBusiness()
    shop = await openPage({ account: { callbackUrl: business.url, appSecret: SECRET } })
  })
  afterEach(async () => {
    await shop.close()
    await business.close()
  })
  const customer = () => shop.simulator.customer(ADA)

  it('signs what a scripted customer does, as the adapters understand it', async () => {
    const ada = customer()
    const mid = ada.text('Moin')
    ada.files([{ type: 'image', content: Buffer.from('jpg'), mimeType: 'image/jpeg' }], 'so eins')
    ada.quickReply('Roggen', 'rye')
    ada.storyReply('lecker', { id: '1', url: 'https://s.example' })
    ada.tapButton('Kaufen', 'buy')
    ada.react(mid, '❤️')
    ada.react(mid, undefined)
    ada.edit(mid, 'Moin Moin')
    ada.refer({ source: 'SHORTLINK', ref: 'flyer' })
    await shop.simulator.webhooks.idle()
    expect(business.calls.every((call) => signatureMatches(call.body, call.signature, [SECRET]))).to.equal(true)
    const kinds = business.events().map((event) => event.data.content.kind)
    expect(kinds).to.deep.equal(['text', 'image', 'reply', 'text', 'reply', 'reaction', 'reaction', 'text', 'system'])
    ada.unsend(mid)
    await shop.simulator.webhooks.idle()
    expect(business.events().at(-1)?.type.type).to.equal('channel.message.revoked.v1')
  })

  it('echoes a send with our id, then reports delivery and reading', async () => {
    customer().text('Moin')
    const sent = await shop.send({ kind: 'text', text: 'Hallo' })
    await shop.simulator.webhooks.idle()
    const [, echo, delivered, read] = business.events()
    expect(echo?.data).to.deep.include({
      externalId: sent.ok && sent.externalId,
      correlationId: '0198f1a2-0000-7000-8000-00000000cafe',
    })
    expect(delivered?.data).to.include({ status: 'delivered', externalId: sent.ok && sent.externalId })
    expect(read?.type.type).to.equal('channel.watermark.moved.v1')
  })

  it('posts again what was not taken, and under faults twice, out of order or never', async () => {
    business.statuses.push(503)
    const ada = customer()
    ada.text('one')
    await shop.simulator.webhooks.idle()
    expect(business.calls).to.have.length(2)
    shop.simulator.webhooks.setFaults({ duplicate: 1 })
    ada.text('two')
    await shop.simulator.webhooks.idle()
    expect(business.calls).to.have.length(4)
    shop.simulator.webhooks.setFaults({ reorder: 1 })
    ada.text('three')
    ada.text('four')
    await shop.simulator.webhooks.idle()
    expect(
      business
        .events()
        .slice(-2)
        .map((event) => event.data.content.text),
    ).to.deep.equal(['four', 'three'])
    shop.simulator.webhooks.setFaults({ drop: 1 })
    ada.text('five')
    await shop.simulator.webhooks.idle()
    expect(business.calls).to.have.length(6)
  })

  it('checks tokens and bodies by Meta’s rules and answers in Meta’s shape', async () => {
    customer().text('Moin')
    const post = async (body: unknown, token = TOKEN) => {
      const answer = await request(`${shop.simulator.url}/v25.0/${ACCOUNT}/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      const { error } = (await answer.body.json()) as { error?: { code: number; error_subcode?: number } }
      return error?.error_subcode === undefined ? error?.code : `${error.code}/${error.error_subcode}`
    }
    const base = { recipient: { id: ADA }, messaging_type: 'RESPONSE' }
    const text = { text: 'x' }
    expect(await post({ ...base, message: text })).to.equal(undefined)
    expect(await post({ ...base, message: text }, 'EAAother')).to.equal(190)
    const wrong: readonly unknown[] = [
      '{',
      { messaging_type: 'RESPONSE', message: text },
      { recipient: { id: ADA }, message: text },
      { ...base, message: {} },
      { ...base, message: { text: 'x'.repeat(2001) } },
      { ...base, message: text, sender_action: 'typing_on' },
      { ...base, messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE', message: text },
      { ...base, message: { text: 'x', quick_replies: [{ content_type: 'text', title: 'x' }] } },
      { ...base, message: { attachment: { type: 'image', payload: {} } } },
      { ...base, message: { attachment: { type: 'template', payload: { template_type: 'generic', elements: [] } } } },
      { ...base, message: { attachment: { type: 'template', payload: { template_type: 'button', text: 'x' } } } },
    ]
    for (const body of wrong) expect(await post(body), JSON.stringify(body).slice(0, 80)).to.equal(100)
    expect(
      await post({ ...base, message: { attachment: { type: 'image', payload: { attachment_id: '1' } } } }),
    ).to.equal('100/2018074')
    expect(await post({ ...base, recipient: { id: '5' }, message: text })).to.equal('100/2018001')
  })

  it('is spoken to from outside: parley simulate', async () => {
    const demo = {
      messenger: { endpointUrl: business.url, appSecret: SECRET, id: ACCOUNT, graphBaseUrl: shop.simulator.url },
    }
    const lines: string[] = []
    const run = simulatePlatform(MESSENGER)(['Moin', '--from', ADA], demo, (line) => lines.push(line))
    const buttons = [{ id: 'a', title: 'Roggen' }]
    while (business.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await shop.send({ kind: 'interactive', text: 'Welches Brot?', buttons })
    await run
    expect(lines).to.deep.equal(['→ Moin', '← [template] Welches Brot? (Roggen)'])
    const code = await simulatePlatform(MESSENGER)(['x'], {}).catch((error: { code?: string }) => error.code)
    expect(code).to.equal('messenger.no-demo')
  })
})
