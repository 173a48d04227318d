import { expect } from 'chai'
import Joi from 'joi'
import { routeFaults } from '../../../../core/http/routes/faults.ts'
import { topicFaults } from '../../../../core/http/routes/topic-faults.ts'
import type { Route } from '../../../../core/plugin/route.ts'
import { route } from '../kit.ts'

const around = { ids: new Set<string>(), places: new Set<string>(), permissions: ['things.read'], schemes: ['bearer'] }
const faultsOf = (over: object) => routeFaults([route(over)], around).join('; ')

describe('core/http/routes/faults', () => {
  it('finds nothing wrong with a route that is right', () => {
    expect(faultsOf({ path: '/api/things/{id}', params: Joi.object({ id: Joi.string() }) })).to.equal('')
  })

  it('says what is wrong with method, path, id, handler and responses', () => {
    expect(faultsOf({ method: 'BREW' })).to.match(/expected a method of GET, POST/)
    expect(faultsOf({ path: 'api/things' })).to.match(/starts with \//)
    expect(faultsOf({ path: '/api/things?x=1' })).to.match(/no query/)
    expect(faultsOf({ id: 'list-things' })).to.match(/camelCase/)
    expect(faultsOf({ handle: undefined })).to.match(/function `handle`/)
    expect(faultsOf({ responses: {} })).to.match(/documented response/)
    expect(faultsOf({ payload: Joi.object() })).to.match(/GET route has no body/)
  })

  it('wants one access rule that leads somewhere', () => {
    expect(faultsOf({ access: { permission: 'things.write' } })).to.match(/"things.write" is not declared/)
    expect(faultsOf({ access: { scheme: 'visitor' } })).to.match(/nobody authenticates the scheme "visitor"/)
    expect(faultsOf({ access: { public: ' ' } })).to.match(/says why/)
    for (const access of [undefined, {}, { public: 'x', permission: 'things.read' }, 'public']) {
      expect(faultsOf({ access })).to.match(/expected access by one of/)
    }
    expect(faultsOf({ method: 'POST', idempotent: true, access: { public: 'x' } })).to.match(/cannot be idempotent/)
  })

  it('wants schemas of joi that can be documented, and path parameters that match the path', () => {
    expect(faultsOf({ query: { limit: 'number' } })).to.match(/query is not a joi schema/)
    expect(faultsOf({ responses: { 200: { description: 'x', schema: {} } } })).to.match(
      /response 200 is not a joi schema/,
    )
    const params = Joi.object({ id: Joi.string() })
    expect(faultsOf({ path: '/api/{thing}', params })).to.match(/does not describe {thing}.*describes "id"/)
  })

  it('finds two routes with one id or one place, in the set and beside it', () => {
    const pair = [route({ path: '/a/{x}' }), route({ path: '/a/{y}' })] as Route[]
    expect(routeFaults(pair, around).join()).to.match(/id "listThings" is taken.*another route has this/)
    const beside = { ...around, ids: new Set(['listThings']), places: new Set(['GET /api/things']) }
    expect(routeFaults([route({})], beside)).to.have.length(2)
  })

  it('says what is wrong with live topics', () => {
    const topic = { path: '/live/rooms/{id}', access: { permission: 'things.read' }, authorize: async () => true }
    const places = new Set<string>()
    expect(topicFaults([topic], { ...around, places })).to.deep.equal([])
    const bad = [
      { ...topic, path: '/rooms/{id}' },
      { ...topic, access: { public: 'x' } },
      { ...topic, path: '/live/rooms/{room}' },
    ]
    expect(topicFaults(bad, { ...around, places }).join('; ')).to.match(
      /below \/live\/.*cannot be public.*another topic/,
    )
  })
})
