import { expect } from 'chai'
import { v7 as uuidv7 } from 'uuid'
import { ApiKeys } from '../../../../core/access/api-keys.ts'
import { AuditLog } from '../../../../core/audit/index.ts'
import { webhookRoutes } from '../../../../core/http/intake/routes.ts'
import { createHttpServer } from '../../../../core/http/server.ts'
import { type IntakeFixture, intakeFixture } from './fixture.ts'
import { bodyOf, ENDPOINT_SECRETS, improved, sign, text } from './fixture-vendor.ts'

interface KeptCall {
  readonly outcome: string
  readonly error: string | null
  readonly stored: number
  readonly replayedAt: string | null
}

describe('replaying a kept webhook', () => {
  let f: IntakeFixture
  let a: string

  beforeEach(async () => {
    f = await intakeFixture()
    a = await f.tenant()
  })

  afterEach(() => f.drop())

  const lastKept = async () => (await f.kept()).at(-1)?.id ?? ''
  const types = async () => (await f.events()).map(({ type }) => type)

  it('stores what an improved adapter now understands, and nothing a second time', async () => {
    await f.connect(a, 'a1')
    await f.post(bodyOf({ account: 'a1', items: [text('m1'), { id: 'm2', kind: 'sticker' }] }))
    const id = await lastKept()
    expect(await f.replay.replay(id, a)).to.include({ ok: true, stored: 0, duplicates: 2, unknown: 1 })
    f.adapters.set('acme', { state: 'running', pluginId: 'acme', receiver: improved })
    expect(await f.replay.replay(id, a)).to.include({ ok: true, stored: 1, duplicates: 1, unknown: 0 })
    expect(await f.replay.replay(id, a)).to.include({ ok: true, stored: 0, duplicates: 2 })
    expect(await types()).to.deep.equal([
      'channel.message.received.v1',
      'channel.unknown.received.v1',
      'channel.message.received.v1',
    ])
    expect(await f.kept()).to.have.length(1)
  })

  it('stores what had no connection, or whose tenant had the adapter off', async () => {
    await f.post(bodyOf({ account: 'a1', items: [text('m1')] }))
    await f.connect(a, 'a1')
    f.closed.add(a)
    const id = await lastKept()
    expect(await f.replay.replay(id, null)).to.include({ ok: true, stored: 0, passedOver: 1 })
    f.closed.clear()
    expect(await f.replay.replay(id, null)).to.include({ ok: true, stored: 1, passedOver: 0 })
  })

  it('keeps the time at which the call came', async () => {
    await f.post(bodyOf({ account: 'a1', items: [text('m1')] }))
    const came = f.clock.now().toISOString()
    await f.connect(a, 'a1')
    f.clock.advance(86_400_000)
    await f.replay.replay(await lastKept(), null)
    expect((await f.events())[0]?.data.occurredAt).to.equal(came)
  })

  it('says why it cannot be done', async () => {
    await f.connect(a, 'a1')
    await f.post(bodyOf({ account: 'a1', items: [text('m1')] }))
    const id = await lastKept()
    expect(await f.replay.replay(uuidv7(), null)).to.include({ ok: false, reason: 'not-found' })
    expect(await f.replay.replay(id, await f.tenant())).to.include({ ok: false, reason: 'not-found' })
    f.adapters.set('acme', { state: 'failed' })
    expect(await f.replay.replay(id, a)).to.include({ ok: false, reason: 'adapter-not-running', retryable: true })
  })

  describe('over HTTP', () => {
    async function server() {
      const keys = new ApiKeys({ knex: f.knex, clock: f.clock })
      const http = await createHttpServer({
        host: '127.0.0.1',
        port: 0,
        clock: f.clock,
        log: f.log,
        gate: () => true,
        readiness: async () => [],
        validateResponses: true,
        settings: { drainLeadMs: 0 },
        intake: (request) => (request.headers['x-offline'] ? f.offline : f.intake).handle(request),
      })
      const routes = webhookRoutes({
        ...{ log: f.webhooks, replay: f.replay, database: f.database, audit: new AuditLog({ clock: f.clock }) },
        endpointOf: async (tenantId, id) => (await f.store.get(tenantId, id))?.endpointId ?? undefined,
      })
      http.mount(routes, { pluginId: 'kernel', authenticators: [keys] })
      const key = async (tenantId: string) =>
        (await f.as(tenantId, (uow) => keys.create(uow, { name: 'Admin', scopes: ['admin.webhooks.*'] }))).key
      const call = async (token: string, method: string, url: string, payload?: object) => {
        const headers = { authorization: `Bearer ${token}` }
        const answer = await http.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
        return { status: answer.statusCode, body: JSON.parse(answer.payload) }
      }
      const hook = (body: Buffer, headers: Record<string, string> = {}) =>
        http.inject({
          method: 'POST',
          url: `/hooks/acme/${f.endpointId}`,
          payload: body,
          headers: { 'x-vendor-signature': sign(body), ...headers },
        })
      return { http, key, call, hook }
    }

    it('takes a signed call in, answers challenges, and refuses with problem documents', async () => {
      const { http, hook } = await server()
      await f.connect(a, 'a1')
      const body = bodyOf({ account: 'a1', items: [text('m1')] })
      const taken = await hook(body)
      expect([taken.statusCode, taken.payload]).to.deep.equal([200, 'EVENT_RECEIVED'])
      const challenge = await http.inject(
        `/hooks/acme/${f.endpointId}?token=${ENDPOINT_SECRETS.verifyToken}&challenge=42`,
      )
      expect([challenge.statusCode, challenge.payload]).to.deep.equal([200, '42'])
      const forged = await hook(body, { 'x-vendor-signature': 'sha256=00' })
      expect(forged.statusCode).to.equal(401)
      expect(forged.headers['content-type']).to.include('application/problem+json')
      expect((await hook(Buffer.from('{'))).statusCode).to.equal(400)
      expect(
        (await http.inject({ method: 'POST', url: `/hooks/acme/${uuidv7()}`, payload: body })).statusCode,
      ).to.equal(404)
      await http.stop()
    })

    it('keeps what could not be read or reached nobody, and takes all of it in again since a moment, once', async () => {
      const { http, key, call } = await server()
      const token = await key(a)
      const { id: endpointId } = await f.store.createEndpoint({
        adapter: 'acme',
        tenantId: a,
        secrets: ENDPOINT_SECRETS,
      })
      await f.post(Buffer.from('{'), { endpointId })
      for (const id of ['m1', 'm2']) await f.post(bodyOf({ account: 'late', items: [text(id)] }), { endpointId })
      const failed = await call(token, 'GET', `/api/admin/webhooks?endpointId=${endpointId}`)
      expect(failed.body.items.map(({ outcome, error }: KeptCall) => [outcome, error !== null])).to.deep.equal([
        ['unrouted', false],
        ['unrouted', false],
        ['malformed', true],
      ])
      const connection = await f.connect(a, 'late', { endpointId })
      f.clock.advance(5001)
      const since = '2026-01-01T00:00:00.000Z'
      const again = () => call(token, 'POST', '/api/admin/webhooks/replay', { since })
      const { body } = await again()
      expect(body).to.deep.include({ replayed: 2, stored: 2, duplicates: 0, next: null })
      expect(body.refused.map(({ code }: { code: string }) => code)).to.deep.equal(['webhook.malformed'])
      expect((await f.events()).map(({ data }) => data.externalId)).to.deep.equal(['m1', 'm2'])
      expect((await again()).body).to.deep.include({ replayed: 0, stored: 0 })
      const { body: log } = await call(token, 'GET', `/api/admin/webhooks?connectionId=${connection}&outcome=routed`)
      expect(log.items.map(({ stored, replayedAt }: KeptCall) => [stored, replayedAt])).to.deep.equal([
        [1, f.clock.now().toISOString()],
        [1, f.clock.now().toISOString()],
      ])
      expect((await call(await key(await f.tenant()), 'GET', '/api/admin/webhooks')).body.items).to.deep.equal([])
      await http.stop()
    })

    it('answers 503 with Retry-After while the storage is down', async () => {
      const { http, hook } = await server()
      await f.connect(a, 'a1')
      const body = bodyOf({ account: 'a1', items: [text('m1')] })
      const refused = await hook(body, { 'x-offline': 'yes' })
      expect(refused.statusCode).to.equal(503)
      expect(Number(refused.headers['retry-after'])).to.be.at.least(1)
      expect((await hook(body)).statusCode).to.equal(200)
      expect(await f.events()).to.have.length(1)
      await http.stop()
    })

    it('lists a tenant’s own calls, newest first, shows one, and replays it', async () => {
      const { http, key, call, hook } = await server()
      const b = await f.tenant()
      const [admin, stranger] = await Promise.all([key(a), key(b)])
      await f.connect(a, 'a1')
      for (const id of ['m1', 'm2', 'm3']) await hook(bodyOf({ account: 'a1', items: [text(id)] }))
      const first = await call(admin, 'GET', '/api/admin/webhooks?limit=2')
      const second = await call(admin, 'GET', `/api/admin/webhooks?limit=2&cursor=${first.body.next}`)
      const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id)
      expect(ids).to.deep.equal((await f.kept()).map(({ id }) => id).toReversed())
      expect(second.body.next).to.equal(null)
      const shown = await call(admin, 'GET', `/api/admin/webhooks/${ids[0]}`)
      expect(JSON.parse(shown.body.body).calls[0].items[0].id).to.equal('m3')
      expect(shown.body.headers['x-vendor-signature']).to.equal('[masked]')
      const replayed = await call(admin, 'POST', `/api/admin/webhooks/${ids[0]}/replay`)
      expect(replayed.body).to.deep.equal({ stored: 0, duplicates: 1, unrouted: 0, passedOver: 0, unknown: 0 })
      expect((await call(stranger, 'GET', '/api/admin/webhooks')).body.items).to.deep.equal([])
      expect((await call(stranger, 'GET', `/api/admin/webhooks/${ids[0]}`)).status).to.equal(404)
      expect((await call(stranger, 'POST', `/api/admin/webhooks/${ids[0]}/replay`)).status).to.equal(404)
      expect((await call(admin, 'GET', '/api/admin/webhooks?outcome=unrouted')).body.items).to.deep.equal([])
      await http.stop()
    })
  })
})
