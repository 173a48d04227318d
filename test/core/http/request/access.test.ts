import { expect } from 'chai'
import Joi from 'joi'
import { UnavailableError } from '../../../../core/plugin/errors.ts'
import { as, rig, route } from '../kit.ts'

describe('core/http/request/access', () => {
  it('answers 401 and a challenge to nobody, to an unknown credential, and to one of another scheme', async () => {
    const { http } = await rig([
      route({}),
      route({ id: 'forVisitors', path: '/api/visit', access: { scheme: 'visitor' } }),
    ])
    const cases: [string, Record<string, string>, string][] = [
      ['/api/things', {}, 'auth.required'],
      ['/api/things', as('unknown'), 'auth.invalid'],
      ['/api/visit', as('acme'), 'auth.invalid'],
    ]
    for (const [url, headers, code] of cases) {
      const answer = await http.inject({ url, headers })
      expect(answer.statusCode).to.equal(401)
      expect(answer.headers['www-authenticate']).to.be.a('string').that.includes('realm="parley"')
      expect(JSON.parse(answer.payload).code).to.equal(code)
    }
    const fine = await http.inject({ url: '/api/visit', headers: { authorization: 'visitor ann' } })
    expect(fine.statusCode).to.equal(200)
  })

  it('answers 403 and names the permission that is missing', async () => {
    const { http } = await rig([route({ access: { permission: 'things.write' } })])
    const answer = await http.inject({ url: '/api/things', headers: as('reader') })
    expect(answer.statusCode).to.equal(403)
    expect(JSON.parse(answer.payload)).to.include({ code: 'auth.forbidden', permission: 'things.write' })
    const visitor = await http.inject({ url: '/api/things', headers: { authorization: 'visitor ann' } })
    expect(visitor.statusCode).to.equal(403)
  })

  it('looks at nothing of the body before it knows the caller', async () => {
    const { http } = await rig([route({ method: 'POST', payload: Joi.object({ a: Joi.number() }) })])
    const answer = await http.inject({ method: 'POST', url: '/api/things', payload: '{"broken' })
    expect(answer.statusCode).to.equal(401)
  })

  it('shows no actor to a public route, even when the caller has a credential', async () => {
    const seen: unknown[] = []
    const { http } = await rig([
      route({
        access: { public: 'a test' },
        handle: async ({ actor, tenantId }) => {
          seen.push(actor, tenantId)
          return { status: 200, body: {} }
        },
      }),
    ])
    await http.inject({ url: '/api/things', headers: as('acme') })
    expect(seen).to.deep.equal([undefined, ''])
  })

  it('says "later", not "who are you", when credentials cannot be looked up', async () => {
    const authenticate = async () => {
      throw new UnavailableError('database.unavailable', 'down')
    }
    const { http } = await rig([route({})], {}, { authenticators: [{ scheme: 'bearer', authenticate }] })
    const answer = await http.inject({ url: '/api/things', headers: as('acme') })
    expect(answer.statusCode).to.equal(503)
    expect(answer.headers).to.include.keys('retry-after')
  })
})
