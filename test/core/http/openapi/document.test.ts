import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import Joi from 'joi'
import { outboundContentSchema } from '../../../../core/contracts/content/outbound.ts'
import { cursorQuery, pageSchema } from '../../../../core/http/cursor.ts'
import { Definitions } from '../../../../core/http/openapi/definitions.ts'
import { documentedPath } from '../../../../core/http/openapi/document.ts'
import { operationOf } from '../../../../core/http/openapi/operation.ts'
import { as, type Rig, rig, route } from '../kit.ts'

interface Operation {
  operationId: string
  security: Record<string, string[]>[]
  parameters?: ({ name: string; in: string; required: boolean; schema: object } | { $ref: string })[]
  requestBody?: { required: boolean; content: Record<string, { schema: Record<string, unknown> }> }
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: object }
}

const thing = Joi.object({ id: Joi.string().uuid().required(), size: Joi.number() }).id('Thing')
const tree = Joi.object({ name: Joi.string(), children: Joi.array().items(Joi.link('#Tree')) }).id('Tree')

const routes = [
  route({
    query: Joi.object({ q: Joi.string().required(), ...cursorQuery({ maxLimit: 100 }) }),
    responses: { 200: { description: 'Things.', schema: pageSchema(thing) } },
  }),
  route({
    method: 'POST',
    id: 'createThing',
    access: { permission: 'things.write' },
    payload: Joi.object({ content: outboundContentSchema.required(), tree }),
    responses: { 201: { description: 'Made.', schema: thing }, 204: { description: 'Nothing.' } },
  }),
  route({
    method: 'POST',
    id: 'uploadThing',
    path: '/api/things/{id}/files',
    params: Joi.object({ id: Joi.string().uuid().required() }),
    access: { scheme: 'visitor' },
    body: { multipart: true },
    payload: Joi.object({ caption: Joi.string(), files: Joi.array().min(1) }),
  }),
  route({
    id: 'getFile',
    path: '/files/{path*}',
    access: { public: 'Files are public in this test.' },
    responses: { 200: { description: 'A file.', contentType: 'image/png' } },
  }),
]

describe('core/http/openapi/document', () => {
  const documentOf = async ({ http }: Rig) => JSON.parse((await http.inject('/api/openapi.json')).payload) as Document
  const up = () => rig(routes, { intake: async () => ({ status: 200 }), publicUrl: 'https://parley.example.com' })

  it('is a valid OpenAPI 3.1 document', async () => {
    const validator = new Validator()
    const result = await validator.validate((await up()).http.openapi())
    expect(result.errors ?? []).to.deep.equal([])
    expect(result.valid).to.equal(true)
    expect(validator.version).to.equal('3.1')
  })

  it('documents exactly the routes that the server serves', async () => {
    const { http } = await up()
    const served = http.server
      .table()
      .filter((one) => !one.settings.isInternal)
      .map((one) => `${one.method.toUpperCase()} ${documentedPath(one.path)}`)
    const { paths } = await documentOf({ http } as Rig)
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).to.deep.equal(served.sort())
    expect(documented).to.include('POST /hooks/{adapter}/{endpointId}')
  })

  it('grows with what is mounted later', async () => {
    const server = await up()
    server.http.mount([route({ id: 'late', path: '/api/late' })], { pluginId: 'late' })
    expect((await documentOf(server)).paths).to.have.property('/api/late')
  })

  it('shows who may call: any scheme with the permission, one scheme, everybody', async () => {
    const { paths, components } = await documentOf(await up())
    expect(paths['/api/things']?.post?.security).to.deep.equal([
      { bearer: ['things.write'] },
      { visitor: ['things.write'] },
    ])
    expect(paths['/api/things/{id}/files']?.post?.security).to.deep.equal([{ visitor: [] }])
    expect(paths['/files/{path}']?.get?.security).to.deep.equal([])
    expect(components.securitySchemes).to.deep.equal({
      bearer: { type: 'http', scheme: 'bearer' },
      visitor: { type: 'http', scheme: 'visitor' },
    })
  })

  it('turns path and query schemas into parameters, and names the idempotency key of writes', async () => {
    const { paths } = await documentOf(await up())
    const list = paths['/api/things']?.get?.parameters ?? []
    expect(list.map((one) => ('name' in one ? [one.in, one.name, one.required] : one.$ref))).to.deep.equal([
      ['query', 'q', true],
      ['query', 'cursor', false],
      ['query', 'limit', false],
    ])
    expect(list[2]).to.have.deep.property('schema', { type: 'integer', default: 50, minimum: 1, maximum: 100 })
    const upload = paths['/api/things/{id}/files']?.post?.parameters
    expect(upload?.[0]).to.deep.include({ name: 'id', in: 'path', required: true })
    expect(upload?.[1]).to.deep.equal({ $ref: '#/components/parameters/IdempotencyKey' })
  })

  it('describes bodies: JSON by their schema, forms with their files', async () => {
    const { paths } = await documentOf(await up())
    const json = paths['/api/things']?.post?.requestBody
    expect(json?.required).to.equal(true)
    expect(json?.content['application/json']?.schema).to.have.property('additionalProperties', false)
    const form = paths['/api/things/{id}/files']?.post?.requestBody?.content['multipart/form-data']?.schema
    expect(form?.properties).to.have.keys('caption', 'files')
  })

  it('lists the errors that a route can answer, all of one shape', async () => {
    const { paths, components } = await documentOf(await up())
    const responses = paths['/api/things']?.post?.responses ?? {}
    expect(Object.keys(responses)).to.have.members('201 204 400 401 403 404 409 413 415 422 429 500 503'.split(' '))
    expect(responses[422]).to.deep.equal({ $ref: '#/components/responses/Problem422' })
    expect(responses[204]).to.deep.equal({ description: 'Nothing.' })
    expect(Object.keys(paths['/files/{path}']?.get?.responses ?? {})).not.to.include('401')
    expect(components.schemas).to.have.property('Problem')
  })

  it('shows the problem behind a refusal that a route words itself', () => {
    const refusing = route({ responses: { 200: { description: 'Here.' }, 404: { description: 'No such thing.' } } })
    const { responses } = operationOf(refusing, ['bearer'], new Definitions({})) as { responses: object }
    expect(responses).to.have.deep.property('404', {
      description: 'No such thing.',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    })
    expect(responses).to.have.deep.property('200', { description: 'Here.' })
  })

  it('has no reference that leads nowhere', async () => {
    const document = await documentOf(await up())
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '')
    expect(references.length).to.be.greaterThan(10)
    for (const reference of references) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document)
      expect(found, reference).to.be.an('object')
    }
  })

  it('describes the problems that really come out', async () => {
    const { http } = await up()
    const { problemSchema } = await import('../../../../core/http/openapi/shared.ts')
    for (const request of [
      { url: '/api/things' },
      { url: '/api/things?x=1', headers: as('acme') },
      { url: '/nowhere' },
    ]) {
      const { error } = problemSchema.validate(JSON.parse((await http.inject(request)).payload), { convert: false })
      expect(error).to.equal(undefined)
    }
  })
})
