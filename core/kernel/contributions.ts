import Joi from 'joi'
import { reasonsOf } from '../config/reasons.ts'
import type { Contributions } from '../plugin/plugin.ts'
import { portName } from '../plugin/port.ts'
import type { PluginRecord } from './record.ts'
import { eventTypeShape, joiSchema, portShape } from './shape.ts'

const id = Joi.string().pattern(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'kebab-case')
const retry = Joi.object({
  max: Joi.number().integer().min(0),
  baseMs: Joi.number().min(0),
  capMs: Joi.number().min(0),
})
const access = Joi.object({ permission: Joi.string(), scheme: Joi.string(), public: Joi.string().min(10) }).xor(
  'permission',
  'scheme',
  'public',
)
const consumer = {
  id: id.required(),
  on: Joi.array().items(eventTypeShape).min(1).required(),
  from: Joi.valid('earliest', 'latest'),
  retry,
  onDead: Joi.valid('skip', 'block-key'),
}
const CRON = /^(\S+\s+){4}\S+$/

const route = Joi.object({
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
  body: Joi.object({ maxBytes: Joi.number().integer().min(1), multipart: Joi.boolean() }),
  responses: Joi.object()
    .pattern(
      /^[1-5][0-9]{2}$/,
      Joi.object({ description: Joi.string().required(), schema: joiSchema, contentType: Joi.string() }),
    )
    .min(1)
    .required(),
  idempotent: Joi.boolean(),
  handle: Joi.function().required(),
})

/** Shape of what `register` returned. A misspelt field is refused: it would otherwise be silently dead. */
const shape = Joi.object({
  providers: Joi.array().items(
    Joi.object({
      port: portShape.required(),
      key: Joi.string(),
      value: Joi.any().required(),
      regions: Joi.array().items(Joi.string().length(2).uppercase()),
      currencies: Joi.array().items(Joi.string().length(3).uppercase()),
      priority: Joi.number(),
    }),
  ),
  routes: Joi.array().items(route),
  handlers: Joi.array().items(
    Joi.object({
      ...consumer,
      mode: Joi.valid('serial', 'keyed'),
      batch: Joi.number().integer().min(1),
      timeoutMs: Joi.number().integer().min(1),
      replayable: Joi.boolean(),
      handle: Joi.function().required(),
    }),
  ),
  streams: Joi.array().items(
    Joi.object({ ...consumer, prefetch: Joi.number().integer().min(1), pipe: Joi.function().required() }),
  ),
  jobs: Joi.array()
    .items(
      Joi.object({
        id: id.required(),
        input: joiSchema,
        cron: Joi.string().pattern(CRON, 'five fields'),
        timeoutMs: Joi.number().integer().min(1),
        retry: Joi.object({ max: Joi.number().integer().min(0).required(), baseMs: Joi.number().min(0).required() }),
        run: Joi.function().required(),
      }),
    )
    .unique('id'),
  webhook: Joi.object({
    secrets: Joi.array().items(Joi.string()).required(),
    maxBytes: Joi.number().integer().min(1),
    handshake: Joi.function(),
    verify: Joi.function().required(),
    parse: Joi.function().required(),
    acknowledge: Joi.object({
      status: Joi.number().integer().required(),
      body: Joi.string(),
      contentType: Joi.string(),
    }),
  }).unknown(true),
  authenticators: Joi.array()
    .items(Joi.object({ scheme: id.required(), authenticate: Joi.function().required() }).unknown(true))
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
  start: Joi.function(),
  stop: Joi.function(),
  health: Joi.function(),
})

/** What other plugins, and the kernel itself, have taken already. Grows with every plugin that passes. */
export class Taken {
  readonly routes = new Map<string, string>()
  readonly routeIds = new Map<string, string>()
  readonly schemes = new Map<string, string>()
  readonly live = new Map<string, string>()
  readonly permissions = new Map<string, string>()
  readonly providerKeys = new Map<string, string>()
}

/** Everything that is wrong with a plugin's contributions, all at once; empty means they may be mounted, and are taken. */
export function validateContributions(record: PluginRecord, given: unknown, taken: Taken): readonly string[] {
  if (typeof given !== 'object' || given === null) return [`register returned ${String(given)}; expected contributions`]
  const { error } = shape.label('contributions').validate(given, { abortEarly: false, convert: false })
  if (error) return reasonsOf(error)
  const contributions = given as Contributions
  const problems = [
    ...consumerProblems(contributions),
    ...providerProblems(record, contributions),
    ...accessProblems(record, contributions, taken),
  ]
  const claims = claimsOf(record, contributions, taken)
  for (const { map, name, what } of claims) {
    const owner = map.get(name)
    if (owner !== undefined) problems.push(`${what} is already taken by ${owner}`)
  }
  problems.push(...twice(claims.map((claim) => claim.what)).map((what) => `${what} is there twice`))
  if (problems.length === 0) for (const { map, name } of claims) map.set(name, record.id)
  return problems
}

function consumerProblems(contributions: Contributions): string[] {
  const ids = [...(contributions.handlers ?? []), ...(contributions.streams ?? [])].map((consumer) => consumer.id)
  return twice(ids).map((name) => `two handlers or streams are called ${name}; the consumer group is made of it`)
}

function providerProblems(record: PluginRecord, contributions: Contributions): string[] {
  const declared = new Set((record.plugin?.manifest.provides ?? []).map(portName))
  const provided = new Set((contributions.providers ?? []).map((provider) => portName(provider.port)))
  return [
    ...[...provided]
      .filter((name) => !declared.has(name))
      .map((name) => `provides ${name}, which its manifest does not say`),
    ...[...declared]
      .filter((name) => !provided.has(name))
      .map((name) => `its manifest says it provides ${name}, and it does not`),
  ]
}

function accessProblems(record: PluginRecord, contributions: Contributions, taken: Taken): string[] {
  const permissions = new Set((record.plugin?.manifest.permissions ?? []).map((permission) => permission.key))
  const schemes = new Set((contributions.authenticators ?? []).map((authenticator) => authenticator.scheme))
  const guarded = [
    ...(contributions.routes ?? []).map((r) => ({ what: `route ${r.id}`, access: r.access })),
    ...(contributions.live ?? []).map((l) => ({ what: `live topic ${l.path}`, access: l.access })),
  ]
  return guarded.flatMap(({ what, access }) => {
    if ('permission' in access && !permissions.has(access.permission)) {
      return [`${what} asks for the permission ${access.permission}, which is not in its manifest`]
    }
    if ('scheme' in access && !schemes.has(access.scheme) && !taken.schemes.has(access.scheme)) {
      return [`${what} asks for the scheme ${access.scheme}, which nobody authenticates`]
    }
    return []
  })
}

interface Claim {
  readonly map: Map<string, string>
  readonly name: string
  readonly what: string
}

function claimsOf(record: PluginRecord, contributions: Contributions, taken: Taken): readonly Claim[] {
  return [
    ...(contributions.routes ?? []).flatMap((r) => [
      { map: taken.routes, name: routeKey(r.method, r.path), what: `the route ${r.method} ${r.path}` },
      { map: taken.routeIds, name: r.id, what: `the route id ${r.id}` },
    ]),
    ...(contributions.authenticators ?? []).map((a) => ({
      map: taken.schemes,
      name: a.scheme,
      what: `the scheme ${a.scheme}`,
    })),
    ...(contributions.live ?? []).map((l) => ({
      map: taken.live,
      name: routeKey('', l.path),
      what: `the live topic ${l.path}`,
    })),
    ...(record.plugin?.manifest.permissions ?? []).map((p) => ({
      map: taken.permissions,
      name: p.key,
      what: `the permission ${p.key}`,
    })),
    ...(contributions.providers ?? []).map((p) => ({
      map: taken.providerKeys,
      name: `${portName(p.port)}/${p.key ?? record.id}`,
      what: `the key ${p.key ?? record.id} of ${portName(p.port)}`,
    })),
  ]
}

/** Two paths that differ only in the names of their parameters are the same path. */
export function routeKey(method: string, path: string): string {
  return `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`
}

function twice(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
}
