import Joi from 'joi'
import type { EventHandler, EventStream } from '../plugin/handler.ts'
import type { Job } from '../plugin/job.ts'
import type { Contributions } from '../plugin/plugin.ts'
import type { Provider } from '../plugin/provider.ts'
import type { Route } from '../plugin/route.ts'
import { eventTypeShape, joiSchema, portShape } from './shape.ts'

/** A schema for each field of the contract: a field that is added there and not here does not compile. */
type Shape<T> = Readonly<Record<keyof T, Joi.Schema>>

const id = Joi.string().pattern(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'kebab-case')
const retry = Joi.object({
  max: Joi.number().integer().min(0),
  baseMs: Joi.number().min(0),
  capMs: Joi.number().min(0),
})
const access = Joi.object({ permission: Joi.string(), scheme: Joi.string(), public: Joi.string() }).xor(
  'permission',
  'scheme',
  'public',
)
const consumer = {
  id: id.required(),
  on: Joi.array().items(eventTypeShape).min(1).required(),
  flag: Joi.string(),
  from: Joi.valid('earliest', 'latest'),
  retry,
  onDead: Joi.valid('skip', 'block-key'),
}
const CRON = /^(\S+\s+){4}\S+$/

const route = {
  method: Joi.valid('GET', 'POST', 'PUT', 'PATCH', 'DELETE').required(),
  path: Joi.string().pattern(/^\//, 'a path').required(),
  id: Joi.string()
    .pattern(/^[a-z][A-Za-z0-9]*$/, 'camelCase')
    .required(),
  summary: Joi.string().required(),
  tags: Joi.array().items(Joi.string()).required(),
  access: access.required(),
  params: joiSchema,
  query: joiSchema,
  payload: joiSchema,
  body: Joi.object({
    maxBytes: Joi.number().integer().min(1),
    multipart: Joi.boolean(),
    maxFiles: Joi.number().integer().min(1),
    form: Joi.boolean(),
    raw: Joi.boolean(),
  } satisfies Shape<NonNullable<Route['body']>>),
  responses: Joi.object()
    .pattern(
      /^[1-5][0-9]{2}$/,
      Joi.object({ description: Joi.string().required(), schema: joiSchema, contentType: Joi.string() }),
    )
    .min(1)
    .required(),
  idempotent: Joi.boolean(),
  limit: Joi.valid('auth'),
  flag: Joi.string(),
  cookies: Joi.valid(true),
  cors: Joi.valid('any'),
  frames: Joi.valid('self', 'any'),
  csp: Joi.string(),
  handle: Joi.function().required(),
} satisfies Shape<Route>

const provider = {
  port: portShape.required(),
  key: Joi.string(),
  value: Joi.any().required(),
  regions: Joi.array().items(Joi.string().length(2).uppercase()),
  currencies: Joi.array().items(Joi.string().length(3).uppercase()),
  priority: Joi.number(),
} satisfies Shape<Provider>

const handler = {
  ...consumer,
  mode: Joi.valid('serial', 'keyed'),
  batch: Joi.number().integer().min(1),
  timeoutMs: Joi.number().integer().min(1),
  replayable: Joi.boolean(),
  handle: Joi.function().required(),
} satisfies Shape<EventHandler>

const stream = {
  ...consumer,
  prefetch: Joi.number().integer().min(1),
  pipe: Joi.function().required(),
} satisfies Shape<EventStream>

const job = {
  id: id.required(),
  input: joiSchema,
  cron: Joi.string().pattern(CRON, 'five fields'),
  timeoutMs: Joi.number().integer().min(1),
  retry: Joi.object({ max: Joi.number().integer().min(0).required(), baseMs: Joi.number().min(0).required() }),
  run: Joi.function().required(),
} satisfies Shape<Job>

/** What `register` may return. A misspelt field is refused: it would otherwise be silently dead. */
export const contributionShape: Joi.ObjectSchema = Joi.object({
  providers: Joi.array().items(Joi.object(provider)),
  routes: Joi.array().items(Joi.object(route)),
  handlers: Joi.array().items(Joi.object(handler)),
  streams: Joi.array().items(Joi.object(stream)),
  jobs: Joi.array().items(Joi.object(job)).unique('id'),
  webhook: Joi.object({
    secrets: Joi.array().items(Joi.string()).required(),
    maxBytes: Joi.number().integer().min(1),
    handshake: Joi.function(),
    verify: Joi.function().required(),
    parse: Joi.function().required(),
    admit: Joi.function(),
    answer: Joi.function(),
    acknowledge: Joi.object({
      status: Joi.number().integer().required(),
      body: Joi.string(),
      contentType: Joi.string(),
    }),
  }).unknown(true),
  authenticators: Joi.array()
    .items(
      Joi.object({
        scheme: id.required(),
        recognizes: Joi.function(),
        authenticate: Joi.function().required(),
      }).unknown(true),
    )
    .unique('scheme'),
  live: Joi.array()
    .items(
      Joi.object({
        path: Joi.string()
          .pattern(/^\/live\//, '/live/…')
          .required(),
        access: access.required(),
        authorize: Joi.function().required(),
      }).unknown(true),
    )
    .unique('path'),
  personalData: Joi.object({
    find: Joi.function(),
    export: Joi.function().required(),
    erase: Joi.function().required(),
  }).unknown(true),
  start: Joi.function(),
  stop: Joi.function(),
  health: Joi.function(),
} satisfies Shape<Contributions>)
