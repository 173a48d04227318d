import { expect } from 'chai'
import Joi from 'joi'
import { ParleyError } from '../../../core/plugin/errors.ts'
import type { RouteRequest } from '../../../core/plugin/route.ts'
import { ACME, actors, as, bearer, rig, route } from './kit.ts'

describe('core/http/server', () => {
  it('hands a handler who called, what came in, and under which ids', async () => {
    let seen: RouteRequest | undefined
    const { http } = await rig(
      [
        route({
          method: 'POST',
          path: '/api/things/{id}',
          params: Joi.object({ id: Joi.number().required() }),
          query: Joi.object({ deep: Joi.boolean().default(false) }),
          payload: Joi.object({ name: Joi.string().required() }),
          handle: async (request) => {
            seen = request
            return { status: 200, body: {} }
          },
        }),
      ],
      { publicUrl: 'https://parley.example.com' },
    )
    const answer = await http.inject({
      method: 'POST',
      url: '/api/things/7',
      payload: { name: 'x' },
      headers: as('acme', { 'x-request-id': 'caller-0001', 'x-correlation-id': 'journey-0001' }),
    })
    expect(answer.statusCode).to.equal(200)
    expect(answer.headers).to.include({ 'x-request-id': 'caller-0001', 'x-correlation-id': 'journey-0001' })
    expect(seen).to.deep.include({
      tenantId: ACME,
      actor: actors().acme,
      params: { id: 7 },
      query: { deep: false },
      payload: { name: 'x' },
      origin: 'https://parley.example.com',
      requestId: 'caller-0001',
      correlationId: 'journey-0001',
    })
  })

  it('serves routes that are mounted after the start', async () => {
    const { http } = await rig()
    await http.start()
    http.mount([route({ access: { public: 'a test' } })], { pluginId: 'late' })
    expect((await http.inject('/api/things')).statusCode).to.equal(200)
    await http.stop()
  })

  it('keeps the gate of each plugin and tenant; closed is 404, as if nothing were there', async () => {
    const asked: string[] = []
    const { http } = await rig(
      [route({}), route({ id: 'openThings', path: '/api/open', access: { public: 'a test' } })],
      {
        gate: async (pluginId, tenantId) => {
          asked.push(`${pluginId}@${tenantId}`)
          return false
        },
      },
    )
    const guarded = await http.inject({ url: '/api/things', headers: as('acme') })
    const open = await http.inject('/api/open')
    const nowhere = await http.inject('/api/nowhere')
    expect(asked).to.deep.equal([`things@${ACME}`, 'things@'])
    for (const answer of [guarded, open, nowhere]) {
      expect(answer.statusCode).to.equal(404)
      expect(JSON.parse(answer.payload)).to.include({ code: 'route.not-found', title: 'Not Found', status: 404 })
    }
    expect((await http.inject('/healthz')).statusCode).to.equal(200)
  })

  it('mounts all of a plugin or nothing, and names every fault', async () => {
    const { http } = await rig([route({})])
    const bad = [
      route({ id: 'fine', path: '/api/fine' }),
      route({ id: 'listThings', path: '/api/again' }),
      route({ id: 'sameplace', path: '/api/things' }),
      route({ id: 'Shouting', path: '/api/x', access: { scheme: 'carrier-pigeon' } }),
    ]
    expect(() => http.mount(bad, { pluginId: 'other' }))
      .to.throw(ParleyError, /"listThings" is taken.*another route has this.*carrier-pigeon/)
      .with.property('code', 'route.invalid')
    expect((await http.inject({ url: '/api/fine', headers: as('acme') })).statusCode).to.equal(404)
    http.mount([route({ id: 'fine', path: '/api/fine' })], { pluginId: 'other' })
    expect((await http.inject({ url: '/api/fine', headers: as('acme') })).statusCode).to.equal(200)
  })

  it('takes nothing of a set that hapi itself refuses half-way', async () => {
    const { http } = await rig()
    const set = [route({ id: 'first', path: '/api/first' }), route({ id: 'second', path: '/api/{a*}/{b}' })]
    expect(() => http.mount(set, { pluginId: 'other' })).to.throw(ParleyError, /other/)
    expect((await http.inject('/api/first')).statusCode).to.equal(404)
  })

  it('refuses a scheme that somebody else authenticates already', async () => {
    const { http } = await rig()
    expect(() => http.mount([], { pluginId: 'other', authenticators: [bearer()] })).to.throw(ParleyError, /"bearer"/)
  })

  it('says where it could not listen', async () => {
    const first = await rig()
    await first.http.start()
    const second = await rig([], { port: Number(first.http.server.info.port) })
    const failure = await second.http.start().catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(ParleyError).with.property('code', 'http.cannot-listen')
    await first.http.stop()
  })

  it('refuses settings that are not right, naming them', async () => {
    const failure = await rig([], { settings: { maxBodyBytes: 0, nonsense: 1 } }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(ParleyError).with.property('code', 'http.settings-invalid')
    expect(failure)
      .to.have.property('message')
      .that.matches(/maxBodyBytes.*nonsense/)
  })
})
