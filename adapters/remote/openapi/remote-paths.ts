import type { Schema } from 'joi'
import { doneData, readData, sendData, sentData, templatesData, testData, testedData } from '../channel/operations.ts'
import { manifestSchema } from '../wire/manifest.ts'
import { answerSchema, envelopeSchema } from '../wire/protocol.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { answered, json, SIGNATURE_PARAMETERS } from './shared.ts'

type Paths = Record<string, Record<string, unknown>>

const problem = { $ref: '#/components/responses/Problem' }
const account = {
  ...{ name: 'account', in: 'query', required: true, schema: { type: 'string' } },
  description: 'The account that the secret must open.',
}

/** What a remote serves. */
export function remotePaths(): Paths {
  return {
    '/manifest': { get: look('getManifest', 'What the remote is and can do.', manifestSchema) },
    '/channel/send': {
      post: operation(
        'channel.send',
        'Sends a message. The same correlationId is the same message.',
        sendData,
        sentData,
      ),
    },
    '/channel/test': {
      post: operation('channel.test', 'Which account the secret opens; nothing is sent.', testData, testedData),
    },
    '/channel/read': {
      post: operation(
        'channel.read',
        'Shows the customer that a message was read. Feature `read`.',
        readData,
        doneData,
      ),
    },
    '/channel/templates': {
      get: look('listTemplates', 'The approved messages. Feature `templates`.', templatesData, [account]),
    },
    '/channel/media/{ref}': { get: media() },
  }
}

function operation(name: string, summary: string, data: Schema, answer: Schema) {
  return {
    ...{
      operationId: name.replace(/\.(.)/, (_dot, letter: string) => letter.toUpperCase()),
      summary,
      tags: ['remote'],
    },
    parameters: SIGNATURE_PARAMETERS,
    requestBody: { required: true, content: json(jsonSchemaOf(envelopeSchema(name, data))) },
    responses: { 200: answered('Done.', jsonSchemaOf(answerSchema(answer))), default: problem },
  }
}

function look(operationId: string, summary: string, answer: Schema, parameters: readonly object[] = []) {
  return {
    ...{ operationId, summary, tags: ['remote'] },
    parameters: [...SIGNATURE_PARAMETERS, ...parameters],
    responses: { 200: answered('As it is now.', jsonSchemaOf(answerSchema(answer))), default: problem },
  }
}

function media() {
  const ref = { name: 'ref', in: 'path', required: true, schema: { type: 'string' } }
  return {
    ...{
      operationId: 'getMedia',
      summary: 'A file that a customer sent, as a stream. Feature `media`.',
      tags: ['remote'],
    },
    parameters: [...SIGNATURE_PARAMETERS, ref, account],
    responses: {
      200: { description: 'The bytes; not signed.', content: { '*/*': {} } },
      410: { description: 'It is gone for good.' },
      default: problem,
    },
  }
}
