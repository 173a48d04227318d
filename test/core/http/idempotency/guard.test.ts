import { expect } from 'chai'
import Joi from 'joi'
import { hashOf, isIdempotent } from '../../../../core/http/idempotency/guard.ts'
import { ParleyError } from '../../../../core/plugin/errors.ts'
import { problem, type Reply, type RouteRequest } from '../../../../core/plugin/route.ts'
import { as, type Rig, rig, route } from '../kit.ts'
import { type Stored, storeOnDatabase } from './fixture.ts'

describe('core/http/idempotency/guard', () => {
  let stored: Stored
  let keys = 0
  let calls = 0
  const freshKey = () => {
    keys += 1
    return `key-${keys}`
  }

  before(async () => {
    stored = await storeOnDatabase()
  })
  after(() => stored.db.drop())
  beforeEach(() => {
    calls = 0
  })

  /** A server whose one write answers as told, and counts. */
  const up = (handle: (request: RouteRequest) => Promise<Reply>, options: object = {}) =>
    rig(
      [
        route({
          method: 'POST',
          path: '/api/things/{id}',
          params: Joi.object({ id: Joi.string() }),
          payload: Joi.object({ name: Joi.string(), size: Joi.number() }),
          responses: {
            201: { description: 'Made.', schema: Joi.object().unknown(true) },
            204: { description: 'Done.' },
          },
          handle: async (request) => {
            calls += 1
            return handle(request)
          },
        }),
      ],
      { idempotency: stored.store, ...options },
    )
  const made = async () => ({ status: 201, body: { number: calls }, headers: { location: '/api/things/1' } })
  const send = async ({ http }: Rig, key: string, payload: object = { name: 'x' }, more: object = {}) =>
    http.inject({
      method: 'POST',
      url: '/api/things/1',
      payload,
      headers: as('acme', { 'idempotency-key': key }),
      ...more,
    })

  it('does the work once, and answers the repeat with the very same answer, marked as a replay', async () => {
    const server = await up(made)
    const key = freshKey()
    const first = await send(server, key, { name: 'x', size: 1 })
    const again = await send(server, key, { size: 1, name: 'x' })
    expect(calls).to.equal(1)
    expect([again.statusCode, again.payload]).to.deep.equal([201, first.payload])
    expect(again.headers).to.include({ location: '/api/things/1', 'idempotency-replayed': 'true' })
    expect(again.headers['content-type']).to.equal(first.headers['content-type'])
    expect(first.headers).not.to.have.property('idempotency-replayed')
  })

  it('replays answers without a body, and refusals of the handler', async () => {
    const empty = await up(async () => ({ status: 204 }))
    const key = freshKey()
    await send(empty, key)
    expect((await send(empty, key)).statusCode).to.equal(204)
    const refusing = await up(async () => problem(409, 'window-closed', `Refused ${calls}.`))
    const other = freshKey()
    const first = await send(refusing, other)
    const again = await send(refusing, other)
    expect([again.statusCode, again.payload]).to.deep.equal([409, first.payload])
    expect(again.headers['content-type']).to.equal('application/problem+json')
    expect(calls).to.equal(2)
  })

  it('refuses the key for another body, another path and another query', async () => {
    const server = await up(made)
    const key = freshKey()
    await send(server, key)
    for (const answer of [
      await send(server, key, { name: 'y' }),
      await send(server, key, {}, { url: '/api/things/2' }),
    ]) {
      expect(answer.statusCode).to.equal(422)
      expect(JSON.parse(answer.payload).code).to.equal('idempotency.key-reused')
    }
    expect(calls).to.equal(1)
  })

  it('answers 409 with Retry-After while the first request runs', async () => {
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const server = await up(async () => {
      enter()
      await released
      return made()
    })
    const key = freshKey()
    const first = send(server, key)
    await entered
    const second = await send(server, key)
    expect(second.statusCode).to.equal(409)
    expect(Number(second.headers['retry-after'])).to.be.greaterThan(0)
    release()
    expect((await first).statusCode).to.equal(201)
    expect(calls).to.equal(1)
  })

  it('keeps no answer that may be better next time: server errors, bugs and "too many"', async () => {
    const outcomes: (() => Promise<Reply>)[] = [
      async () => problem(503, 'vendor.down', 'Later.'),
      async () => problem(429, 'too-many', 'Slower.'),
      async () => Promise.reject(new ParleyError('inbox.broken', 'a bug')),
      made,
    ]
    const server = await up(async () => (outcomes[calls - 1] ?? made)())
    const key = freshKey()
    const statuses = []
    for (let time = 0; time < 5; time += 1) statuses.push((await send(server, key)).statusCode)
    expect(statuses).to.deep.equal([503, 429, 500, 201, 201])
    expect(calls).to.equal(4)
  })

  it('spends no key on a request that never reached its handler', async () => {
    const server = await up(made)
    const key = freshKey()
    expect((await send(server, key, { wrong: true })).statusCode).to.equal(400)
    expect((await send(server, key)).statusCode).to.equal(201)
  })

  it('keeps callers and tenants apart: nobody is answered with another’s answer', async () => {
    const server = await up(made)
    const key = freshKey()
    for (const token of ['acme', 'globex']) {
      const answer = await send(server, key, { name: token }, { headers: as(token, { 'idempotency-key': key }) })
      expect(answer.statusCode).to.equal(201)
    }
    expect(calls).to.equal(2)
  })

  it('hands the key to the handler, which may pass it down as a dedupe key', async () => {
    let seen: unknown
    const server = await up(async ({ headers }) => {
      seen = headers['idempotency-key']
      return made()
    })
    const key = freshKey()
    await send(server, key)
    expect(seen).to.equal(key)
  })

  it('refuses keys that are no keys, and keys on a server that keeps none', async () => {
    const server = await up(made)
    const bad = await send(server, 'x'.repeat(256))
    expect(bad.statusCode).to.equal(400)
    expect(JSON.parse(bad.payload).errors[0].field).to.equal('Idempotency-Key')
    const keeping = await rig([route({ method: 'POST', path: '/api/things/1' })])
    const none = await send(keeping, freshKey(), {})
    expect(JSON.parse(none.payload).code).to.equal('idempotency.unsupported')
  })

  it('tells the truth about work that was done, even when its record cannot be written', async () => {
    const broken = { ...stub(), complete: async () => Promise.reject(new Error('connection lost')) }
    const server = await up(made, { idempotency: broken })
    expect((await send(server, freshKey())).statusCode).to.equal(201)
    expect(server.log.lines.filter((line) => line.level === 'warn')).to.have.length(1)
  })

  it('counts POST by default, others when they say so, and public routes never', () => {
    expect(isIdempotent(route({ method: 'POST' }))).to.equal(true)
    expect(isIdempotent(route({ method: 'POST', idempotent: false }))).to.equal(false)
    expect(isIdempotent(route({ method: 'PATCH' }))).to.equal(false)
    expect(isIdempotent(route({ method: 'PATCH', idempotent: true }))).to.equal(true)
    expect(isIdempotent(route({ method: 'POST', access: { public: 'x' } }))).to.equal(false)
  })

  it('takes two requests for the same by their values, lists in order, files by their bytes', () => {
    const hash = (payload: unknown) => hashOf({ path: '/x', query: {}, payload })
    expect(hash({ a: 1, b: { c: 2, d: 3 } })).to.equal(hash({ b: { d: 3, c: 2 }, a: 1 }))
    expect(hash([1, 2])).not.to.equal(hash([2, 1]))
    expect(hash({ a: 1 })).not.to.equal(hash([['a', 1]]))
    expect(hash({ f: Buffer.from('a') })).not.to.equal(hash({ f: Buffer.from('b') }))
    expect(hash({ at: new Date(0) })).not.to.equal(hash({ at: new Date(1) }))
  })

  /** The real store, cut off from one of its steps by the test. */
  const stub = () => ({
    claim: stored.store.claim.bind(stored.store),
    complete: stored.store.complete.bind(stored.store),
    release: stored.store.release.bind(stored.store),
    purge: stored.store.purge.bind(stored.store),
  })
})
