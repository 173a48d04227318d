import { expect } from 'chai'
import Joi from 'joi'
import { ACME, as, rig, route } from '../kit.ts'

describe('core/http/answer/access-log', () => {
  it('writes one line for each answer: who, which route, what came out, how long', async () => {
    const { http, log } = await rig([route({})])
    const answer = await http.inject({
      url: '/api/things',
      headers: as('acme', { 'x-correlation-id': 'journey-0001' }),
    })
    expect(log.lines).to.have.length(1)
    const { ms, ...line } = log.lines[0] ?? {}
    expect(line).to.deep.equal({
      level: 'info',
      message: 'request',
      requestId: answer.headers['x-request-id'],
      correlationId: 'journey-0001',
      tenantId: ACME,
      actor: 'api-key:key-1',
      route: 'listThings',
      method: 'GET',
      status: 200,
    })
    expect(ms).to.be.a('number')
  })

  it('holds no path, query, header or body, whatever became of the request', async () => {
    const { http, log } = await rig([
      route({
        method: 'POST',
        path: '/api/things/{id}',
        params: Joi.object({ id: Joi.string() }),
        payload: Joi.object({ name: Joi.string().max(3) }),
      }),
    ])
    const headers = as('acme', { cookie: 'session=SECRET' })
    await http.inject({ method: 'POST', url: '/api/things/SECRET?token=SECRET', payload: { name: 'SECRET' }, headers })
    await http.inject({ url: '/nowhere/SECRET?token=SECRET', headers: { authorization: 'Bearer SECRET' } })
    expect(log.lines.map((line) => [line.route, line.status])).to.deep.equal([
      ['listThings', 400],
      ['none', 404],
    ])
    expect(JSON.stringify(log.lines)).not.to.include('SECRET')
  })

  it('gives handlers a log that carries plugin, tenant and request', async () => {
    const { http, log } = await rig([
      route({
        handle: async (request) => {
          request.log.info({ extra: 1 }, 'hello')
          return { status: 200, body: {} }
        },
      }),
    ])
    const answer = await http.inject({ url: '/api/things', headers: as('acme') })
    expect(log.lines[0]).to.deep.include({
      message: 'hello',
      plugin: 'things',
      tenantId: ACME,
      requestId: answer.headers['x-request-id'],
      extra: 1,
    })
  })
})
