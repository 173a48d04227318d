import { expect } from 'chai'
import Joi from 'joi'
import { as, rig, route } from '../kit.ts'

const echo = async (request: { params: unknown; query: unknown; payload: unknown }) => ({
  status: 200,
  body: { params: request.params, query: request.query, payload: request.payload },
})

const writes = route({
  method: 'POST',
  path: '/api/things/{id}',
  id: 'writeThing',
  params: Joi.object({ id: Joi.number().integer().required() }),
  query: Joi.object({ tag: Joi.array().items(Joi.string()).single(), dry: Joi.boolean().default(false) }),
  payload: Joi.object({
    name: Joi.string().required(),
    size: Joi.number().default(1),
    nested: Joi.object({ deep: Joi.array().items(Joi.object({ n: Joi.number() })) }),
  }),
  handle: echo,
})

describe('core/http/request/validate', () => {
  const send = async (request: object) => {
    const { http } = await rig([writes, route({ handle: echo })])
    const answer = await http.inject({ method: 'POST', url: '/api/things/1', headers: as('acme'), ...request })
    return { status: answer.statusCode, body: JSON.parse(answer.payload) }
  }

  it('converts texts of path and query, and fills in defaults', async () => {
    const { body } = await send({ url: '/api/things/7?dry=true&tag=a', payload: { name: 'x' } })
    expect(body).to.deep.equal({
      params: { id: 7 },
      query: { dry: true, tag: ['a'] },
      payload: { name: 'x', size: 1 },
    })
  })

  it('names every wrong field of path, query and body at once', async () => {
    const { status, body } = await send({
      url: '/api/things/seven?dry=maybe&colour=red',
      payload: { size: 'big', nested: { deep: [{ n: 1 }, { n: 'x' }] }, extra: true },
    })
    expect(status).to.equal(400)
    expect(body.code).to.equal('request.invalid')
    expect(body.errors.map((error: { field: string }) => error.field)).to.have.members([
      'id',
      'dry',
      'colour',
      'name',
      'size',
      'nested.deep.1.n',
      'extra',
    ])
    expect(body.errors).to.deep.include({ field: 'colour', message: 'colour is not allowed' })
  })

  it('refuses a text with NUL wherever it stands, nesting without end, and a field without a name', async () => {
    const deep = `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const texts = [
      { payload: deep },
      { url: '/api/things/1?tag=a%00' },
      { payload: { name: 'a\0b' } },
      { payload: { name: 'x', '': 1 } },
    ]
    const fields = await Promise.all(
      texts.map(async (request) => {
        const { status, body } = await send({ payload: { name: 'x' }, ...request })
        return [status, body.errors[0].field]
      }),
    )
    expect(fields).to.deep.equal([
      [400, 'body'],
      [400, 'query'],
      [400, 'body'],
      [400, 'body'],
    ])
  })

  it('answers a long list of wrong things with its beginning', async () => {
    const { body } = await send({ payload: { name: 'x', nested: { deep: Array(500).fill({ n: 'x' }) } } })
    expect(body.errors).to.have.length(50)
  })

  it('takes the types of JSON as they are', async () => {
    const { status, body } = await send({ payload: { name: 'x', size: '2' } })
    expect(status).to.equal(400)
    expect(body.errors).to.deep.equal([{ field: 'size', message: 'size must be a number' }])
  })

  it('reads an empty body as an object without fields, and says which are missing', async () => {
    const { status, body } = await send({})
    expect(status).to.equal(400)
    expect(body.errors).to.deep.equal([{ field: 'name', message: 'name is required' }])
  })

  it('calls the whole body `body` when it is no object', async () => {
    const { body } = await send({ payload: '[]', headers: as('acme', { 'content-type': 'application/json' }) })
    expect(body.errors).to.deep.equal([{ field: 'body', message: 'body must be of type object' }])
  })

  it('refuses query parameters on a route that has none', async () => {
    const { status, body } = await send({ method: 'GET', url: '/api/things?tenant_id=other' })
    expect(status).to.equal(400)
    expect(body.errors[0].field).to.equal('tenant_id')
  })

  it('refuses a body on a route that has none', async () => {
    const { http } = await rig([route({ method: 'DELETE', handle: echo })])
    const request = { method: 'DELETE', url: '/api/things', headers: as('acme') }
    expect((await http.inject({ ...request, payload: { force: true } })).statusCode).to.equal(400)
    expect((await http.inject(request)).statusCode).to.equal(200)
  })
})
