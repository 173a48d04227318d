import { CHANNEL_CODES } from '../channel/outcome.ts'
import { problemSchema, SHARED_CODES } from '../wire/errors.ts'
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts'

type Operation = Readonly<Record<string, unknown>>

export const SIGNATURE_PARAMETERS: readonly Operation[] = ['WebhookId', 'WebhookTimestamp', 'WebhookSignature'].map(
  (name) => ({ $ref: `#/components/parameters/${name}` }),
)

const SIGNED_HEADERS = Object.fromEntries(
  ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
    name,
    { $ref: '#/components/headers/Signature' },
  ]),
)

export function json(schema: JsonSchema): Operation {
  return { 'application/json': { schema } }
}

/** A signed answer of a remote. */
export function answered(description: string, schema: JsonSchema): Operation {
  return { description, headers: SIGNED_HEADERS, content: json(schema) }
}

export function components(events: Readonly<Record<string, JsonSchema>>): Record<string, unknown> {
  const codes = Object.entries({ ...SHARED_CODES, ...CHANNEL_CODES })
  const table = codes.map(([code, { status, meaning }]) => `- \`${code}\` (${status}): ${meaning}`).join('\n')
  return {
    securitySchemes: {
      standardWebhooks: { type: 'apiKey', in: 'header', name: 'webhook-signature', description: 'Standard Webhooks.' },
    },
    parameters: {
      WebhookId: header('webhook-id', 'Fresh for every call; one that has been seen is refused with `replayed`.'),
      WebhookTimestamp: header('webhook-timestamp', 'Unix seconds; good for five minutes either way.'),
      WebhookSignature: header(
        'webhook-signature',
        '`v1,` and the base64 HMAC-SHA256 of `<id>.<timestamp>.<content>`; several, by spaces, while a secret is rotated.',
      ),
    },
    headers: {
      Signature: { description: "As of a call; the id is the call's own.", schema: { type: 'string' } },
    },
    responses: {
      Problem: {
        description: `Refused, signed. Codes:\n${table}`,
        headers: SIGNED_HEADERS,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    schemas: { Problem: jsonSchemaOf(problemSchema), ...events },
  }
}

function header(name: string, description: string): Operation {
  return { name, in: 'header', required: true, description, schema: { type: 'string' } }
}
