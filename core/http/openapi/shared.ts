import Joi from 'joi'
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts'

const fieldError = Joi.object({
  field: Joi.string().required().description('Dot path into the input, or `path`, `query`, `body` for the whole.'),
  message: Joi.string().required(),
})

/** The documented shape of every error answer (RFC 9457). */
export const problemSchema: Joi.ObjectSchema = Joi.object({
  type: Joi.string().required().description('`urn:parley:problem:` and the code.'),
  title: Joi.string().required(),
  status: Joi.number().integer().required(),
  detail: Joi.string().required().description('For people.'),
  code: Joi.string().required().description('Stable, for programs.'),
  requestId: Joi.string().required(),
  instance: Joi.string().required().description('The path that was called.'),
  errors: Joi.array().items(fieldError),
}).unknown(true)

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names the fields.',
  401: 'No credential, or one that is not known.',
  403: 'The credential does not allow this.',
  404: 'There is no such thing here.',
  409: 'A request with this Idempotency-Key is still running, or the state of things does not allow this.',
  413: 'The body is too large.',
  415: 'The body has a content type that this route does not accept.',
  422: 'The Idempotency-Key was used for another request, or the content cannot be processed.',
  429: 'Too often. Come back after Retry-After seconds; RateLimit says what is left of which policy.',
  500: 'Something went wrong on our side.',
  503: 'Not now; nothing was stored. Come back after Retry-After seconds.',
}

/** Answers that say when to try again. */
const COME_BACK: ReadonlySet<string> = new Set(['429', '503'])

export const problemName = (status: number) => `Problem${status}`

/** Everything that operations refer to. */
export function sharedComponents(schemes: readonly string[]): Record<string, unknown> {
  const headers = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } }
  const responses = Object.entries(DESCRIPTIONS).map(([status, description]) => [
    problemName(Number(status)),
    {
      description,
      headers: COME_BACK.has(status)
        ? { ...headers, 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }
        : headers,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ])
  return {
    securitySchemes: Object.fromEntries(schemes.map((scheme) => [scheme, { type: 'http', scheme }])),
    schemas: { Problem: jsonSchemaOf(problemSchema) satisfies JsonSchema },
    headers: {
      RequestId: { description: 'Names this request in our logs.', schema: { type: 'string' } },
      RetryAfter: { description: 'Seconds.', schema: { type: 'integer', minimum: 1 } },
    },
    parameters: { IdempotencyKey: idempotencyKey },
    responses: Object.fromEntries(responses),
  }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes a repeat of this request answer what the first one did (with `Idempotency-Replayed: true`) instead of doing the work again. One key per intent, 1 to 255 visible characters.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}
