import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { expect } from 'chai'
import Joi from 'joi'
import { asyncApiDocument } from '../../../../core/http/asyncapi/document.ts'
import { defineEvent } from '../../../../core/plugin/event.ts'
import { asyncApiValidator, danglingReferences } from './validator.ts'

const person = Joi.object({ name: Joi.string().required(), friends: Joi.array().items(Joi.link('#Person')) }).id(
  'Person',
)
const arrived = defineEvent({
  type: 'guest.arrived.v1',
  topic: 'guests',
  summary: 'A guest arrived.',
  schema: Joi.object({ who: person.required(), at: Joi.array().ordered(Joi.number(), Joi.number()) }),
  personal: ['who'],
})
const left = defineEvent({
  type: 'guest.left.v1',
  topic: 'guests',
  summary: 'A guest left.',
  schema: Joi.object({ table: Joi.number().integer().required() }),
})

interface Message {
  readonly payload: object
  readonly headers: object
  readonly 'x-personal'?: readonly string[]
}

describe('core/http/asyncapi/document', () => {
  const document = asyncApiDocument({
    info: { title: 'Parley', version: '1.2.3' },
    types: [arrived, left],
    publishers: [{ plugin: 'door', types: [arrived, left] }],
    channels: [{ topic: 'guests', address: 'parley.guests', partitions: 32 }],
  })
  const { messages, schemas } = document.components as { messages: Record<string, Message>; schemas: object }

  /** As a reader of the document would check what arrives. */
  const accepts = (schema: object, value: unknown) => {
    const ajv = new Ajv({ strict: false })
    addFormats.default(ajv)
    return ajv.validate({ ...schema, components: { schemas } }, value)
  }

  it('is a valid AsyncAPI 3.0 document with no reference that leads nowhere', () => {
    expect(asyncApiValidator()(document)).to.deep.equal([])
    expect(danglingReferences(document)).to.deep.equal([])
  })

  it('is checked by a validator that notices faults, in the Kafka bindings too', () => {
    const kafka = { topic: 'guests', partitions: 0, bindingVersion: '0.5.0' }
    const faulty = { ...document, channels: { guests: { bindings: { kafka } } } }
    expect(asyncApiValidator()(faulty)).not.to.deep.equal([])
    expect(asyncApiValidator()({ ...document, operations: { x: { action: 'shout' } } })).not.to.deep.equal([])
    expect(danglingReferences({ a: { $ref: '#/b/c' }, b: {} })).to.deep.equal(['b/c'])
  })

  it('shows a topic as a channel, by the name it has on the broker, with its partitions and its types', () => {
    expect(document.channels).to.deep.equal({
      guests: {
        address: 'parley.guests',
        messages: {
          'guest.arrived.v1': { $ref: '#/components/messages/guest.arrived.v1' },
          'guest.left.v1': { $ref: '#/components/messages/guest.left.v1' },
        },
        bindings: { kafka: { topic: 'parley.guests', partitions: 32, bindingVersion: '0.5.0' } },
      },
    })
  })

  it('shows what a plugin publishes as an operation of each topic', () => {
    expect(document.operations).to.deep.equal({
      'door.publish.guests': {
        action: 'send',
        summary: 'door publishes to guests.',
        channel: { $ref: '#/channels/guests' },
        messages: [
          { $ref: '#/channels/guests/messages/guest.arrived.v1' },
          { $ref: '#/channels/guests/messages/guest.left.v1' },
        ],
        'x-plugin': 'door',
      },
    })
  })

  it('names the fields that hold personal data, where there are some', () => {
    expect(messages['guest.arrived.v1']?.['x-personal']).to.deep.equal(['who'])
    expect(messages['guest.left.v1']).not.to.have.property('x-personal')
  })

  it('describes data as joi accepts them: nested, recursive, tuples', () => {
    const payload = messages['guest.arrived.v1']?.payload ?? {}
    const anna = { name: 'Anna', friends: [{ name: 'Ben' }] }
    const cases = [
      { who: anna, at: [1, 2] },
      { who: anna, at: [1, 2, 3] },
      { who: anna, at: ['1', 2] },
      { who: { name: 'Anna', friends: [{}] } },
      { at: [1, 2] },
    ]
    const joi = cases.map((data) => arrived.schema.validate(data, { convert: false }).error === undefined)
    expect(joi).to.deep.equal([true, false, false, false, false])
    expect(cases.map((data) => accepts(payload, data))).to.deep.equal(joi)
  })

  it('describes the headers of an event, its type among them', () => {
    const headers = {
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '018f0000-0000-7000-8000-00000000000a',
      ce_source: '/plugins/door',
      ce_type: 'guest.left.v1',
      ce_time: '2026-01-01T00:00:00.000Z',
      ce_tenantid: '018f0000-0000-7000-8000-00000000000b',
      ce_partitionkey: '018f0000-0000-7000-8000-00000000000b/table 7',
      ce_correlationid: 'x',
      ce_logid: 'y',
      ce_logpart: '3',
      ce_logoff: '17',
    }
    const schema = messages['guest.left.v1']?.headers ?? {}
    expect(accepts(schema, headers)).to.equal(true)
    expect(accepts(schema, { ...headers, ce_type: 'guest.arrived.v1' })).to.equal(false)
    expect(accepts(schema, { ...headers, ce_logoff: undefined })).to.equal(false)
  })
})
