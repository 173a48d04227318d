import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'chai'
import { remoteDocument } from '../../../adapters/remote/openapi/document.ts'
import { EVENT_SCHEMAS, type RemoteEventType } from '../../../adapters/remote/receive/event-types.ts'
import { MANIFEST } from '../../../adapters/remote/simulator/operations.mjs'

const FOLDER = join(import.meta.dirname, '../../../adapters/remote')

/** The protocol's document as anybody reads it. */
const document = JSON.parse(JSON.stringify(remoteDocument()))
const sender = { identities: [{ kind: 'remote', scope: '', value: 'ada' }] }
const head = { id: '1', account: 'line-1', occurredAt: '2026-11-21T00:00:00.000Z' }

const EXAMPLES: Readonly<Record<RemoteEventType, object>> = {
  'message.received': { ...head, externalId: 'a', sender, content: { kind: 'text', text: 'Hi' } },
  'message.echoed': { ...head, externalId: 'a', recipient: sender, content: { kind: 'text', text: 'Hi' } },
  'message.edited': { ...head, externalId: 'a', sender, content: { kind: 'text', text: 'Ho' } },
  'message.revoked': { ...head, externalId: 'a', sender },
  'status.changed': { ...head, externalId: 'a', status: 'read', correlationId: 'c' },
  'watermark.moved': { ...head, sender, status: 'read', upTo: head.occurredAt },
  'preference.changed': { ...head, sender, purpose: 'all', wish: 'stop' },
  'account.changed': { ...head, change: 'quality', detail: { now: 'low' } },
  'unknown.received': { ...head, vendorKind: 'hologram', raw: {} },
}

describe('the OpenAPI document of the remote protocol', () => {
  const ajv = addFormats.default(new Ajv2020({ strict: false }))
  const schemaOf = (...path: string[]) => {
    const found = path.reduce((node, key) => node[key], document)
    return ajv.compile({ ...found, components: document.components })
  }
  const batch = () =>
    schemaOf('paths', '/hooks/{app}/{endpointId}', 'post', 'requestBody', 'content', 'application/json', 'schema')

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document))
    expect(errors ?? []).to.deep.equal([])
    expect(valid).to.equal(true)
  })

  it('is the one that is committed', () => {
    expect(JSON.parse(readFileSync(join(FOLDER, 'openapi.json'), 'utf8'))).to.deep.equal(document)
  })

  it('takes every event that the adapter takes, and refuses what it refuses', () => {
    const accepts = batch()
    for (const [type, example] of Object.entries(EXAMPLES)) {
      const event = { ...example, type }
      expect(EVENT_SCHEMAS[type as RemoteEventType].validate(event).error, type).to.equal(undefined)
      expect(accepts({ protocol: '1.0', events: [event] }), `${type}: ${ajv.errorsText(accepts.errors)}`).to.equal(true)
      for (const wrong of [
        { ...event, connectionId: '0' },
        { ...event, channel: 'whatsapp' },
        { ...event, id: '' },
      ]) {
        expect(EVENT_SCHEMAS[type as RemoteEventType].validate(wrong).error).to.not.equal(undefined)
        expect(accepts({ protocol: '1.0', events: [wrong] })).to.equal(false)
      }
    }
    expect(accepts({ protocol: '1.0', events: [{ ...head, type: 'tenant.deleted' }] })).to.equal(false)
  })

  it('describes the manifest of the reference remote', () => {
    const answer = schemaOf('paths', '/manifest', 'get', 'responses', '200', 'content', 'application/json', 'schema')
    expect(answer({ data: MANIFEST }), ajv.errorsText(answer.errors)).to.equal(true)
    expect(answer({ data: { ...MANIFEST, protocol: '2.0' } })).to.equal(false)
  })

  it('names every code and every path of the page PROTOCOL.md, and no other', () => {
    const page = readFileSync(join(FOLDER, 'PROTOCOL.md'), 'utf8')
    const codes = [...document.components.responses.Problem.description.matchAll(/^- `([a-z-]+)`/gm)].map(
      (one) => one[1],
    )
    const told = [...page.matchAll(/^\| `([a-z-]+)` +\| \d{3}/gm)].map((one) => one[1])
    expect(told).to.have.members(codes)
    for (const path of Object.keys(document.paths)) expect(page).to.contain(path)
  })
})
