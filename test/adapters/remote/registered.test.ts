import { createHash } from 'node:crypto'
import type { TestTenant } from '@parley/core/testing'
import { expect } from 'chai'
import { sign } from '../../../adapters/remote/simulator/signing.mjs'
import { until } from '../../core/events/kit.ts'
import { RemoteHouse } from './kit.ts'
import { secretOf } from './vendor.ts'

const ENDPOINT = secretOf('endpoint of tincan')
const PLUGINS = [{ use: './plugins/contacts' }, { use: './plugins/inbox' }]

interface Shown {
  readonly id: string
  readonly text: string
  readonly status: string
  readonly attachments: readonly { readonly state: string; readonly url?: string }[]
}

/** A busy machine may take its time over each of several waits. */
const patiently = (condition: () => boolean | Promise<boolean>) => until(condition, 40_000)

describe('a registered remote', function () {
  this.timeout(120_000)
  let house: RemoteHouse
  let ours: TestTenant
  let theirs: TestTenant
  let endpoint: { id: string; url: string }
  let connectionId: string
  let otherId: string

  before(async () => {
    house = await RemoteHouse.open({ accounts: ['line-1', 'line-2'], as: 'tincan', plugins: PLUGINS })
    ours = await house.test.createTenant('ours')
    theirs = await house.test.createTenant('theirs')
    endpoint = await house.endpoint(null, ENDPOINT, 'tincan')
    connectionId = (await house.connect(ours, 'line-1', endpoint.id, 'tincan')).id
    otherId = (await house.connect(theirs, 'line-2', endpoint.id, 'tincan')).id
    house.remote.hook = { url: endpoint.url, secrets: [ENDPOINT] }
  })

  after(() => house.close())

  const call = (method: string, url: string, payload?: object, as = ours) =>
    house.test.inject({ method, url, as, ...(payload === undefined ? {} : { payload }) })
  const person = (value: string) => ({ identities: [{ kind: 'tincan', scope: '', value }] })
  const told = (id: string, account: string, who: string, more: object = {}) =>
    house.message(id, account, { sender: person(who), ...more })

  async function conversation(as: TestTenant): Promise<string> {
    const { body } = await call('GET', '/api/conversations', undefined, as)
    const [first] = (body as { items: { id: string }[] }).items
    return first?.id ?? ''
  }

  async function messages(as: TestTenant): Promise<readonly Shown[]> {
    const { body } = await call('GET', `/api/conversations/${await conversation(as)}/messages`, undefined, as)
    return (body as { items: Shown[] }).items
  }

  async function settled(): Promise<void> {
    house.clock.advance(1_000)
    await house.test.drain(20_000)
  }

  it('has a name, a hook, settings and a state of its own', async () => {
    const { body } = await call('GET', '/api/admin/plugins')
    const own = (body as { items: { id: string; state: string; providers: string[] }[] }).items.find(
      ({ id }) => id === 'tincan',
    )
    expect(own).to.include({ state: 'started' })
    expect(endpoint.url).to.match(/\/hooks\/tincan\//)
    const { status, body: document } = await call('GET', '/api/tincan/openapi.json')
    expect(status).to.equal(200)
    expect(document).to.have.nested.property('info.title', 'Parley remote channel')
  })

  it('is to the inbox what its manifest says: kinds, lengths, who may be written to', async () => {
    await house.remote.tell([told('m1', 'line-1', 'ada'), told('m2', 'line-2', 'ben')])
    await settled()
    await patiently(async () => {
      const { body } = await call('GET', `/api/conversations/${await conversation(ours)}`)
      return (body as { sendability?: { maxTextLength?: number } }).sendability?.maxTextLength === 500
    })
    const { status } = await call('POST', `/api/conversations/${await conversation(ours)}/messages`, {
      text: 'x'.repeat(501),
    })
    expect(status).to.be.within(400, 422)
  })

  it('carries an answer out, and hands back what became of it', async () => {
    await call('POST', `/api/conversations/${await conversation(ours)}/messages`, { text: 'Hello Ada' })
    await patiently(async () => {
      await settled()
      return house.remote.received.some(({ content }) => content.text === 'Hello Ada')
    })
    const [sent] = house.remote.received
    expect(sent).to.include({ account: 'line-1', to: 'ada' })
    const status = { type: 'status.changed', account: 'line-1', occurredAt: house.clock.now().toISOString() }
    await house.remote.tell([{ ...status, id: 's1', externalId: sent?.externalId, status: 'delivered' }])
    await settled()
    expect((await messages(ours)).find(({ text }) => text === 'Hello Ada')).to.include({ status: 'delivered' })
  })

  it('settles nothing of another connection, though it knows its message’s id', async () => {
    house.remote.faults.push('lost-answer')
    await call('POST', `/api/conversations/${await conversation(ours)}/messages`, { text: 'Is it there?' })
    const ask = async () => (await messages(ours)).find(({ text }) => text === 'Is it there?')?.status
    await patiently(async () => {
      await settled()
      return (await ask()) === 'unknown'
    })
    const sent = house.remote.received.find(({ content }) => content.text === 'Is it there?')
    const occurredAt = house.clock.now().toISOString()
    const { correlationId } = sent ?? {}
    const status = { type: 'status.changed', occurredAt, externalId: sent?.externalId, correlationId, status: 'read' }
    await house.remote.tell([{ ...status, id: 'foreign', account: 'line-2', recipient: person('ada').identities[0] }])
    await settled()
    expect(await ask()).to.equal('unknown')
    await house.remote.tell([{ ...status, id: 'own', account: 'line-1' }])
    await settled()
    expect(await ask()).to.equal('read')
    expect(house.remote.received.filter(({ content }) => content.text === 'Is it there?')).to.have.length(1)
  })

  describe('brings a file', () => {
    const upload = async (
      secret: string,
      id = connectionId,
      content = 'the bytes of a picture',
      signedFor = content,
    ) => {
      const digest = createHash('sha256').update(signedFor).digest('hex')
      const target = `POST /connections/${id}/files sha256=${digest}`
      const form = new FormData()
      form.set('file', new Blob([content], { type: 'image/png' }), 'picture.png')
      const headers = sign('msg_file', target, [secret], house.clock.millis())
      const url = `${house.test.baseUrl}/api/tincan/connections/${id}/files`
      const answer = await fetch(url, { method: 'POST', headers, body: form })
      return { status: answer.status, body: (await answer.json()) as { ref?: string; bytes?: number } }
    }

    const withFile = (id: string, account: string, who: string, ref = '') =>
      told(id, account, who, { content: { kind: 'image', media: { mimeType: 'image/png', ref } } })

    it('before it tells of the message', async () => {
      const { status, body } = await upload(secretOf('line-1'))
      expect(status).to.equal(201)
      expect(body).to.include({ bytes: 22 })
      await house.remote.tell([withFile('f1', 'line-1', 'ada', body.ref)])
      await patiently(async () => {
        await settled()
        return (await messages(ours)).some(({ attachments }) => attachments.some(({ state }) => state === 'stored'))
      })
    })

    it('only with the secret of that very connection, and the file that was signed', async () => {
      for (const [secret, id, content, signed] of [
        [secretOf('line-2')],
        [ENDPOINT],
        [secretOf('line-1'), otherId],
        [secretOf('line-1'), '0197a000-0000-7000-8000-000000000001'],
        [secretOf('line-1'), connectionId, 'changed', 'signed'],
      ] as const)
        expect(await upload(secret, id, content, signed)).to.have.property('status', 401)
    })

    it('that no other connection can name', async () => {
      const { body } = await upload(secretOf('line-1'))
      await house.remote.tell([withFile('f2', 'line-2', 'ben', body.ref)])
      await patiently(async () => {
        await settled()
        return (await messages(theirs)).some(({ attachments }) => attachments.some(({ state }) => state === 'gone'))
      })
    })
  })

  it('lets a tenant connect an account at the shared endpoint with the account’s own secret, and no other', async () => {
    house.remote.accounts.set('line-3', { account: 'line-3', title: 'Baker', secrets: [secretOf('line-3')] })
    const connect = (secret: string, more: object = {}) =>
      call('POST', '/api/connections', {
        ...{ provider: 'tincan', externalId: 'line-3', name: 'Baker', endpointId: endpoint.id },
        secrets: { signingSecret: secret },
        ...more,
      })
    expect(await connect(secretOf('line-1'))).to.have.property('status', 422)
    expect(await connect(secretOf('line-1'), { settings: { url: house.remote.url } })).to.have.property('status', 422)
    expect(await connect(secretOf('line-3'))).to.have.property('status', 201)
  })
})
