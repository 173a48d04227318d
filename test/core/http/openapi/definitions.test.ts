import { expect } from 'chai'
import Joi from 'joi'
import { Definitions } from '../../../../core/http/openapi/definitions.ts'

describe('core/http/openapi/definitions', () => {
  it('moves definitions to the shared place, nested references included, and drops what nobody refers to', () => {
    const definitions = new Definitions({ Problem: { type: 'object' } })
    const schema = definitions.hoist({
      $defs: {
        a: { type: 'array', items: { $ref: '#/$defs/b' } },
        b: { anyOf: [{ $ref: '#/$defs/a' }] },
        idle: {},
      },
      properties: { x: { $ref: '#/$defs/a' } },
    })
    expect(schema).to.deep.equal({ properties: { x: { $ref: '#/components/schemas/a' } } })
    expect(definitions.all()).to.deep.equal({
      Problem: { type: 'object' },
      a: { type: 'array', items: { $ref: '#/components/schemas/b' } },
      b: { anyOf: [{ $ref: '#/components/schemas/a' }] },
    })
  })

  it('knows a definition again, and keeps two different ones of one name apart', () => {
    const definitions = new Definitions({ Problem: {} })
    const named = (type: string, name = 'x') => ({ $defs: { [name]: { type } }, items: { $ref: `#/$defs/${name}` } })
    expect(definitions.hoist(named('string'))).to.deep.equal({ items: { $ref: '#/components/schemas/x' } })
    expect(definitions.hoist(named('string'))).to.deep.equal({ items: { $ref: '#/components/schemas/x' } })
    expect(definitions.hoist(named('number'))).to.deep.equal({ items: { $ref: '#/components/schemas/x2' } })
    expect(definitions.hoist(named('number', 'Problem')).items).to.deep.equal({ $ref: '#/components/schemas/Problem2' })
    expect(Object.keys(definitions.all())).to.deep.equal(['Problem', 'x', 'x2', 'Problem2'])
  })

  it('follows a schema that refers to itself', () => {
    const definitions = new Definitions({})
    const tree = Joi.object({ children: Joi.array().items(Joi.link('#Tree')) }).id('Tree')
    const schema = definitions.schemaOf(tree)
    expect(schema).to.have.nested.property('properties.children.items.$ref', '#/components/schemas/Tree')
    expect(definitions.all()).to.have.nested.property(
      'Tree.properties.children.items.$ref',
      '#/components/schemas/Tree',
    )
  })

  it('accepts anything where a definition is nowhere', () => {
    expect(new Definitions({}).hoist({ items: { $ref: '#/$defs/gone' } })).to.deep.equal({ items: {} })
  })
})
