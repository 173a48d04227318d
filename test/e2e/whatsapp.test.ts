import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { type OwnServer, startOwnServer } from '../core/data/own-server.ts'
import { type Demo, Installation } from './installation.ts'

const ADA = '4915112345678'
const BOB = '4915187654321'
const SENT_BEFORE = 'wamid.e2e.of-an-earlier-life'

interface Message {
  readonly id: string
  readonly direction: string
  readonly kind: string
  readonly text: string
  readonly externalId: string | null
}

/** One entry of a webhook, as Meta sends it. */
function entry(demo: Demo, value: object, field = 'messages'): object {
  const metadata = { display_phone_number: '15550783881', phone_number_id: demo.whatsapp.phoneNumberId }
  return { id: '102290129340398', changes: [{ field, value: { messaging_product: 'whatsapp', metadata, ...value } }] }
}

const person = (id: string, name: string) => ({ profile: { name }, wa_id: id })
const now = () => String(Math.floor(Date.now() / 1000))

/** Three entries: five messages of different kinds from two people, two statuses, and a field nobody knows. */
function mixed(demo: Demo): object[] {
  const from = (id: string, n: number, kind: object) => ({ from: id, id: `wamid.e2e.${n}`, timestamp: now(), ...kind })
  return [
    entry(demo, {
      contacts: [person(ADA, 'Ada')],
      messages: [
        from(ADA, 1, { type: 'text', text: { body: 'One: مرحبا 👋' } }),
        from(ADA, 2, { type: 'location', location: { latitude: 52.52, longitude: 13.4, name: 'Two' } }),
        from(ADA, 3, {
          type: 'interactive',
          interactive: { type: 'button_reply', button_reply: { id: 'b3', title: 'Three' } },
        }),
      ],
    }),
    entry(demo, {
      contacts: [person(BOB, 'Bob')],
      messages: [
        from(BOB, 4, {
          type: 'contacts',
          contacts: [{ name: { formatted_name: 'Four' }, phones: [{ phone: '+4930123' }] }],
        }),
        from(BOB, 5, { type: 'order', order: { catalog_id: 'c', text: 'Five', product_items: [] } }),
      ],
      statuses: ['sent', 'delivered'].map((status) => ({
        id: SENT_BEFORE,
        status,
        timestamp: now(),
        recipient_id: BOB,
      })),
    }),
    entry(demo, { anything: 1 }, 'a_field_of_next_year'),
  ]
}

describe('WhatsApp, the whole way', function () {
  this.timeout(120_000)
  let server: OwnServer
  let parley: Installation
  let demo: Demo

  before(async () => {
    server = await startOwnServer()
    parley = await Installation.create({ DATABASE_URL: server.adminUrl, MIGRATE_ON_START: 'true' })
    demo = await parley.start()
  })

  after(async () => {
    await parley.stop()
    await parley.remove()
    await server.remove()
  })

  const sign = (body: string, secret = demo.whatsapp.appSecret) =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

  const send = (body: string, headers: Record<string, string>) =>
    fetch(demo.whatsapp.endpointUrl, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })

  const deliver = (entries: readonly object[]) => {
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: entries })
    return send(body, { 'x-hub-signature-256': sign(body) })
  }

  async function api<T>(path: string): Promise<T> {
    const answer = await fetch(`${demo.baseUrl}${path}`, { headers: { authorization: `Bearer ${demo.apiKey}` } })
    expect(answer.status, path).to.equal(200)
    return (await answer.json()) as T
  }

  /** What customers said, conversation by conversation, each in its order. */
  async function heard(): Promise<Record<string, string[]>> {
    const { items } = await api<{ items: { id: string; contact: { name: string } }[] }>(
      '/api/conversations?channel=whatsapp',
    )
    const all = await Promise.all(
      items.map(async ({ id, contact }) => {
        const { items: messages } = await api<{ items: Message[] }>(`/api/conversations/${id}/messages`)
        return [
          contact.name,
          messages.filter(({ direction }) => direction === 'in').map((m) => m.externalId ?? ''),
        ] as const
      }),
    )
    return Object.fromEntries(all)
  }

  /** Bounded: the condition is asked again until it holds. */
  async function eventually(check: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 30_000
    while (!(await check())) {
      if (Date.now() > deadline) throw new Error('it did not come within 30 s')
      await pause(50)
    }
  }

  const five = { Ada: ['wamid.e2e.1', 'wamid.e2e.2', 'wamid.e2e.3'], Bob: ['wamid.e2e.4', 'wamid.e2e.5'] }
  const settled = async () =>
    (await api<{ items: { events: number }[] }>('/api/admin/lag')).items.every(({ events }) => events === 0)

  it('answers the handshake, and only with the right token', async () => {
    const ask = (token: string) =>
      fetch(`${demo.whatsapp.endpointUrl}?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=42`)
    const right = await ask(demo.whatsapp.verifyToken)
    expect([right.status, await right.text()]).to.deep.equal([200, '42'])
    expect((await ask('wrong')).status).to.equal(403)
  })

  it('stores every element of a signed webhook, in order, and counts what it does not know', async () => {
    expect((await deliver(mixed(demo))).status).to.equal(200)
    await eventually(async () => Object.values(await heard()).flat().length === 5)
    expect(await heard()).to.deep.equal(five)
    const { items } = await api<{ items: { stored: number; duplicates: number }[] }>('/api/admin/webhooks')
    expect(
      items.some(({ stored }) => stored === 8),
      'five messages, two statuses, one unknown',
    ).to.equal(true)
  })

  it('stores nothing twice, whether the same comes again or in another order', async () => {
    expect((await deliver(mixed(demo))).status).to.equal(200)
    expect((await deliver(mixed(demo).reverse())).status).to.equal(200)
    await eventually(settled)
    expect(await heard()).to.deep.equal(five)
  })

  it('refuses what is not signed, wrongly signed or signed with an empty secret, and leaks nothing', async () => {
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: mixed(demo) })
    const right = sign(body)
    const flipped = right.slice(0, -1) + (right.endsWith('0') ? '1' : '0')
    for (const headers of [{}, { 'x-hub-signature-256': flipped }, { 'x-hub-signature-256': sign(body, '') }]) {
      const answer = await send(body, headers as Record<string, string>)
      expect(answer.status).to.equal(401)
      const said = await answer.text()
      expect(said).not.to.contain(right.slice('sha256='.length))
      expect(said).not.to.contain(demo.whatsapp.appSecret)
    }
  })

  it('answers broken JSON, wrong types and 10 MB with a problem document, and stays healthy', async () => {
    const wrong = [
      ['{"object": ', 400],
      [JSON.stringify({ object: 'whatsapp_business_account', entry: 'no list' }), 400],
      [JSON.stringify([1, 2, 3]), 400],
      ['x'.repeat(10 * 1024 * 1024), 413],
    ] as const
    for (const [body, status] of wrong) {
      const answer = await send(body, { 'x-hub-signature-256': sign(body) })
      expect(answer.status, body.slice(0, 40)).to.equal(status)
      expect(answer.headers.get('content-type')).to.contain('application/problem+json')
      expect(await answer.json()).to.include.keys('code', 'status', 'requestId')
    }
    expect((await fetch(`${demo.baseUrl}/healthz`)).status).to.equal(200)
    expect(await heard()).to.deep.equal(five)
  })

  it('says 503 with Retry-After while Postgres is down, and stores the vendor’s repeat once', async () => {
    const late = [
      entry(demo, {
        contacts: [person(ADA, 'Ada')],
        messages: [{ from: ADA, id: 'wamid.e2e.6', timestamp: now(), type: 'text', text: { body: 'Six' } }],
      }),
    ]
    await server.crash()
    const refused = await deliver(late)
    expect(refused.status).to.equal(503)
    expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0)
    await server.restart()
    await eventually(async () => (await deliver(late)).status === 200)
    expect((await deliver(late)).status).to.equal(200)
    await eventually(async () => (await heard()).Ada?.length === 4)
    await eventually(settled)
    expect(await heard()).to.deep.equal({ ...five, Ada: [...five.Ada, 'wamid.e2e.6'] })
  })
})
