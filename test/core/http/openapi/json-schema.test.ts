import { expect } from 'chai'
import Joi from 'joi'
import { jsonSchemaFault, jsonSchemaOf } from '../../../../core/http/openapi/json-schema.ts'

describe('core/http/openapi/json-schema', () => {
  it('says what a joi schema accepts', () => {
    expect(jsonSchemaOf(Joi.object({ n: Joi.number().integer().min(1).required() }))).to.deep.equal({
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1 } },
      required: ['n'],
      additionalProperties: false,
    })
    expect(jsonSchemaFault(Joi.string())).to.equal(undefined)
  })

  it('lists a schema that may be referred to among its own definitions', () => {
    const schema = jsonSchemaOf(Joi.object({ children: Joi.array().items(Joi.link('#Tree')) }).id('Tree'))
    expect(schema.$defs).to.have.nested.property('Tree.properties.children.items.$ref', '#/$defs/Tree')
  })

  it('lets null through where one of several values or null may stand', () => {
    const schema = jsonSchemaOf(Joi.object({ mood: Joi.valid('calm', 'loud').allow(null) }))
    expect(schema).to.have.deep.nested.property('properties.mood.enum', ['calm', 'loud', null])
  })

  it('says why a schema has none', () => {
    const broken = Joi.string()
    Object.defineProperty(broken, '~standard', {
      value: {
        jsonSchema: {
          input: () => {
            throw new Error('no such thing')
          },
        },
      },
    })
    expect(jsonSchemaFault(broken)).to.equal('has no JSON Schema: no such thing')
  })
})
