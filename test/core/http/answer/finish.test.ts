import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import Joi from 'joi'
import { ParleyError, UnavailableError } from '../../../../core/plugin/errors.ts'
import { problem, type Reply } from '../../../../core/plugin/route.ts'
import { as, baseUrl, rig, route } from '../kit.ts'

const throwing = (error: () => Error) =>
  route({
    handle: async () => {
      throw error()
    },
  })

const post = route({
  method: 'POST',
  body: { maxBytes: 64 },
  payload: Joi.object({ name: Joi.string() }),
})

async function answerOf(one: ReturnType<typeof route>, request: object = {}) {
  const { http, log } = await rig([one])
  const answer = await http.inject({ method: one.method, url: '/api/things', headers: as('acme'), ...request })
  return { answer, document: JSON.parse(answer.payload), log }
}

describe('core/http/answer/finish', () => {
  it('answers an outage with 503, Retry-After and the outage’s own code', async () => {
    const { answer, document } = await answerOf(
      throwing(
        () => new UnavailableError('database.unavailable', 'connect ECONNREFUSED 10.0.0.5', { retryAfterSeconds: 7 }),
      ),
    )
    expect(answer.statusCode).to.equal(503)
    expect(answer.headers).to.include({ 'retry-after': '7', 'content-type': 'application/problem+json' })
    expect(document).to.include({ code: 'database.unavailable', title: 'Service Unavailable' })
    expect(answer.payload).not.to.include('10.0.0.5')
  })

  it('answers an unexpected error with a bare 500, and logs its cause once', async () => {
    const cause = new Error('select * from secrets at /srv/app/models/secret.ts')
    const bug = () => new ParleyError('inbox.broken', 'could not run select * from secrets', { cause })
    const { answer, document, log } = await answerOf(throwing(bug))
    expect(answer.statusCode).to.equal(500)
    expect(Object.keys(document)).to.have.members([
      'type',
      'title',
      'status',
      'detail',
      'code',
      'requestId',
      'instance',
    ])
    expect(document).to.include({ code: 'internal', type: 'urn:parley:problem:internal', instance: '/api/things' })
    expect(answer.payload).not.to.match(/select|secret|srv|\bat \//)
    const lines = log.lines.filter((line) => line.level === 'error')
    expect(lines).to.have.length(1)
    expect(lines[0]).to.deep.include({ requestId: document.requestId, route: 'listThings' })
    expect(lines[0]?.error).to.have.property('cause', cause)
  })

  it('treats programming errors, thrown texts and server-side Booms alike', async () => {
    const nothing: { deep?: { er: string } } = {}
    const bugs = [
      async () => ({ status: 200, body: (nothing.deep as { er: string }).er }),
      async () => Promise.reject('a text with /etc/passwd'),
      async () => ({ status: 200, body: { big: 1n } }),
    ]
    for (const handle of bugs) {
      const { answer, document } = await answerOf(route({ handle }))
      expect(answer.statusCode).to.equal(500)
      expect(document.code).to.equal('internal')
    }
  })

  it('answers refused input with 400 and names the field', async () => {
    const { answer, document } = await answerOf(
      throwing(
        () => new ParleyError('settings.invalid', 'hours.open must be a time', { details: { field: 'hours.open' } }),
      ),
    )
    expect(answer.statusCode).to.equal(400)
    expect(document).to.deep.include({
      code: 'settings.invalid',
      errors: [{ field: 'hours.open', message: 'hours.open must be a time' }],
    })
  })

  it("turns a handler's problem into a document with its extra fields", async () => {
    const refused: Reply = problem(409, 'conversation.window-closed', 'The window is closed.', {
      expiresAt: '2026-01-01',
    })
    const { answer, document } = await answerOf(route({ handle: async () => refused }))
    expect(answer.statusCode).to.equal(409)
    expect(document).to.deep.include({
      type: 'urn:parley:problem:conversation.window-closed',
      title: 'Conflict',
      status: 409,
      detail: 'The window is closed.',
      code: 'conversation.window-closed',
      instance: '/api/things',
      expiresAt: '2026-01-01',
    })
    expect(document).to.have.property('requestId', answer.headers['x-request-id'])
  })

  it('answers what hapi itself refuses as problem documents too', async () => {
    const json = as('acme', { 'content-type': 'application/json' })
    const cases: [object, number, string][] = [
      [{ payload: '{"name":', headers: json }, 400, 'request.malformed'],
      [{ payload: '{"__proto__":{"x":1}}', headers: json }, 400, 'request.malformed'],
      [{ payload: JSON.stringify({ name: 'x'.repeat(64) }), headers: json }, 413, 'payload.too-large'],
      [
        { payload: 'name=x', headers: as('acme', { 'content-type': 'application/x-www-form-urlencoded' }) },
        415,
        'payload.unsupported-type',
      ],
      [{ url: '/api/nothing' }, 404, 'route.not-found'],
    ]
    for (const [request, status, code] of cases) {
      const { answer, document } = await answerOf(post, request)
      expect(answer.statusCode, code).to.equal(status)
      expect(document).to.include({ code, status })
      expect(answer.headers['content-type']).to.equal('application/problem+json')
      expect(answer.headers).to.include.keys('x-request-id', 'x-content-type-options')
    }
  })

  it('answers a path that cannot be decoded with 400', async () => {
    const { http } = await rig([route({ path: '/api/things/{id}', params: Joi.object({ id: Joi.string() }) })])
    const answer = await http.inject({ url: '/api/things/%zz', headers: as('acme') })
    expect(answer.statusCode).to.equal(400)
    expect(JSON.parse(answer.payload).code).to.equal('request.malformed')
  })

  it('answers 405 with Allow where a path exists for other methods', async () => {
    const { answer, document } = await answerOf(post, { method: 'PATCH' })
    expect(answer.statusCode).to.equal(405)
    expect(answer.headers.allow).to.equal('POST')
    expect(document.code).to.equal('method.not-allowed')
  })

  it('answers a handler that takes too long with 503', async () => {
    const { promise, resolve } = Promise.withResolvers<Reply>()
    const { http } = await rig([route({ handle: () => promise })], { settings: { handlerTimeoutMs: 20 } })
    const answer = await http.inject({ url: '/api/things', headers: as('acme') })
    resolve({ status: 200, body: {} })
    expect(answer.statusCode).to.equal(503)
    expect(answer.headers['retry-after']).to.equal('1')
    expect(JSON.parse(answer.payload).code).to.equal('unavailable')
  })

  it('keeps running after bytes that are no HTTP at all', async () => {
    const up = await rig()
    await up.http.start()
    const socket = connect(Number(new URL(baseUrl(up)).port), '127.0.0.1')
    socket.end('NOT HTTP\r\n\r\n')
    expect(await text(socket)).to.match(/^HTTP\/1.1 400/)
    expect((await fetch(`${baseUrl(up)}/healthz`)).status).to.equal(200)
    await up.http.stop()
  })
})
