import Joi from 'joi'
import { uploadAnswer } from '../routes/upload.ts'
import { protocolVersion } from '../wire/protocol.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { json, SIGNATURE_PARAMETERS } from './shared.ts'

const refused = Joi.object({
  index: Joi.number().integer().min(0).required(),
  id: Joi.string(),
  field: Joi.string().required().description('From the top of the body: `events.3.content.text`.'),
  code: Joi.valid('event-invalid', 'event-type-unknown', 'event-not-allowed', 'account-unknown').required(),
  detail: Joi.string().required(),
})
const taken = Joi.object({
  accepted: Joi.number().integer().required().description('Stored, now or before.'),
  refused: Joi.array().items(refused).required(),
})

const servers = [{ url: 'https://parley.example' }]
const inPath = (name: string, description: string) => ({
  ...{ name, in: 'path', required: true, description, schema: { type: 'string' } },
})
const app = inPath('app', 'The id that the remote is loaded under.')

/** What a remote calls at Parley. */
export function eventPaths(events: readonly string[]): Record<string, Record<string, unknown>> {
  return {
    '/hooks/{app}/{endpointId}': {
      servers,
      post: {
        ...{ operationId: 'tellEvents', summary: 'Tells what happened, in batches.', tags: ['parley'] },
        parameters: [...SIGNATURE_PARAMETERS, app, inPath('endpointId', 'The endpoint.')],
        requestBody: { required: true, content: json(batch(events)) },
        responses: {
          200: { description: 'Everything that is not refused is stored.', content: json(jsonSchemaOf(taken)) },
          400: { description: 'The body is no batch; `field` says where. Nothing was stored.' },
          401: { description: 'Not signed by the secret of this endpoint.' },
          413: { description: 'Too large.' },
          429: { description: 'Too many events; `Retry-After` in seconds. Nothing was stored.' },
          503: { description: 'Not now; tell it again. Nothing was stored.' },
        },
      },
    },
    '/api/{app}/connections/{connectionId}/files': {
      servers,
      post: {
        ...{ operationId: 'uploadFile', summary: 'Brings a file before the event that names it.', tags: ['parley'] },
        description:
          "Signed with the connection's secret over `POST /connections/<id>/files sha256=<hex of the file>`.",
        parameters: [...SIGNATURE_PARAMETERS, app, inPath('connectionId', 'The `connection` of a call.')],
        requestBody: { required: true, content: { 'multipart/form-data': { schema: form } } },
        responses: {
          201: { description: 'Kept.', content: json(jsonSchemaOf(uploadAnswer)) },
          401: { description: 'Not signed by the secret of this connection.' },
          413: { description: 'Too large.' },
          422: { description: 'No file.' },
        },
      },
    },
  }
}

const form = { type: 'object', properties: { file: { type: 'string', format: 'binary' } }, required: ['file'] }

function batch(events: readonly string[]) {
  const { properties } = jsonSchemaOf(Joi.object({ protocol: protocolVersion.required() }))
  const oneOf = events.map((name) => ({ $ref: `#/components/schemas/${name}` }))
  return {
    type: 'object',
    properties: { ...Object(properties), events: { type: 'array', items: { oneOf } } },
    required: ['protocol', 'events'],
    additionalProperties: false,
  }
}
