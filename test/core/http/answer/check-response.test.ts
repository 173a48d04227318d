import { expect } from 'chai'
import Joi from 'joi'
import { checkResponse } from '../../../../core/http/answer/check-response.ts'
import { ParleyError } from '../../../../core/plugin/errors.ts'
import { noContent, problem, type Reply, raw } from '../../../../core/plugin/route.ts'
import { as, rig, route } from '../kit.ts'

const documented = route({
  responses: {
    200: { description: 'Fine.', schema: Joi.object({ id: Joi.string().required(), at: Joi.string().isoDate() }) },
    204: { description: 'Nothing to say.' },
  },
})

describe('core/http/answer/check-response', () => {
  const refused = (reply: Reply, message: RegExp) =>
    expect(() => checkResponse(documented, reply)).to.throw(ParleyError, message)

  it('accepts what is documented, as it looks on the wire', () => {
    checkResponse(documented, { status: 200, body: { id: 'a', at: new Date(0), gone: undefined } })
    checkResponse(documented, noContent())
    checkResponse(documented, raw('script', 'text/javascript'))
    checkResponse(documented, problem(409, 'x', 'y'))
  })

  it('refuses other statuses, other fields, other types, and a body where none is documented', () => {
    refused({ status: 201, body: { id: 'a' } }, /answered 201.*one of the statuses 200, 204/)
    refused({ status: 200, body: { id: 'a', more: 1 } }, /more is not allowed/)
    refused({ status: 200, body: { id: 7 } }, /id must be a string/)
    refused({ status: 204, body: {} }, /no body/)
  })

  it('makes an undocumented answer a 500 in tests, and names the route in the log', async () => {
    const { http, log } = await rig([{ ...documented, handle: async () => ({ status: 200, body: {} }) }])
    expect((await http.inject({ url: '/api/things', headers: as('acme') })).statusCode).to.equal(500)
    const error = log.lines.find((line) => line.level === 'error')?.error
    expect(error)
      .to.have.property('message')
      .that.matches(/listThings \(GET \/api\/things\).*id is required/)
  })

  it('looks at nothing in production', async () => {
    const wrong = { ...documented, handle: async () => ({ status: 200, body: {} }) }
    const { http } = await rig([wrong], { validateResponses: false })
    expect((await http.inject({ url: '/api/things', headers: as('acme') })).statusCode).to.equal(200)
  })
})
