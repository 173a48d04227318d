import type { Route } from '../../plugin/route.ts'
import { isIdempotent } from '../idempotency/guard.ts'
import { parameterNames } from '../routes/fingerprint.ts'
import type { Definitions } from './definitions.ts'
import type { JsonSchema } from './json-schema.ts'
import { problemName } from './shared.ts'

/** A route as an OpenAPI operation. Definitions its schemas bring along are added to `definitions`. */
export function operationOf(
  route: Route,
  schemes: readonly string[],
  definitions: Definitions,
): Record<string, unknown> {
  const parameters = parametersOf(route, definitions)
  const body = requestBodyOf(route, definitions)
  return {
    operationId: route.id,
    summary: route.summary,
    tags: route.tags,
    security: securityOf(route, schemes),
    ...('public' in route.access ? { 'x-public': route.access.public } : {}),
    ...('permission' in route.access ? { 'x-permission': route.access.permission } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(route, definitions),
  }
}

/** Any registered scheme does where a permission is asked for; its name stands as the role that is needed (OpenAPI 3.1). */
function securityOf({ access }: Route, schemes: readonly string[]): readonly Record<string, readonly string[]>[] {
  if ('public' in access) return []
  if ('scheme' in access) return [{ [access.scheme]: [] }]
  return schemes.map((scheme) => ({ [scheme]: [access.permission] }))
}

function parametersOf(route: Route, definitions: Definitions): readonly unknown[] {
  const inPath = route.params === undefined ? {} : propertiesOf(definitions.schemaOf(route.params))
  const query = route.query === undefined ? {} : definitions.schemaOf(route.query)
  const required = new Set(Array.isArray(query.required) ? query.required : [])
  return [
    ...parameterNames(route.path).map((name) => parameter('path', name, inPath[name] ?? { type: 'string' }, true)),
    ...Object.entries(propertiesOf(query)).map(([name, schema]) =>
      parameter('query', name, schema, required.has(name)),
    ),
    ...(isIdempotent(route) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ]
}

function parameter(place: 'path' | 'query', name: string, schema: JsonSchema, required: boolean) {
  const { description, ...rest } = schema
  return { name, in: place, required, ...(description === undefined ? {} : { description }), schema: rest }
}

function propertiesOf(schema: JsonSchema): Record<string, JsonSchema> {
  return (schema.properties ?? {}) as Record<string, JsonSchema>
}

function requestBodyOf(route: Route, definitions: Definitions): Record<string, unknown> | undefined {
  if (route.body?.multipart) {
    return { required: true, content: { 'multipart/form-data': { schema: formSchema(route, definitions) } } }
  }
  if (route.body?.raw) return { required: true, content: { 'application/octet-stream': {} } }
  if (route.payload === undefined || route.method === 'GET') return undefined
  const schema = definitions.schemaOf(route.payload)
  const required = route.payload.type !== 'object' || (Array.isArray(schema.required) && schema.required.length > 0)
  return {
    required,
    content: { [route.body?.form ? 'application/x-www-form-urlencoded' : 'application/json']: { schema } },
  }
}

/** `files` of the contract are the form's file parts, whatever the fields they come in are called. */
function formSchema(route: Route, definitions: Definitions): JsonSchema {
  const described = route.payload === undefined ? {} : definitions.schemaOf(route.payload)
  const file = { type: 'string', contentMediaType: 'application/octet-stream' }
  return {
    type: 'object',
    properties: { ...propertiesOf(described), files: { type: 'array', items: file } },
  }
}

function responsesOf(route: Route, definitions: Definitions): Record<string, unknown> {
  const shared = sharedStatuses(route).map((status) => [
    status,
    { $ref: `#/components/responses/${problemName(status)}` },
  ])
  const own = Object.entries(route.responses).map(([status, documented]) => {
    const content = { ...(Number(status) < 400 ? {} : PROBLEM), ...contentOf(documented, definitions) }
    const { description } = documented
    return [status, { description, ...(Object.keys(content).length === 0 ? {} : { content }) }]
  })
  return Object.fromEntries([...shared, ...own])
}

/** A refusal that a route tells of itself is a problem like any other, besides what the route's own protocol may answer. */
const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }

function contentOf(
  { schema, contentType }: Route['responses'][number],
  definitions: Definitions,
): Record<string, unknown> {
  if (schema !== undefined) return { [contentType ?? 'application/json']: { schema: definitions.schemaOf(schema) } }
  return contentType === undefined ? {} : { [contentType]: {} }
}

function sharedStatuses(route: Route): readonly number[] {
  const guarded = 'public' in route.access ? [] : [401, 403]
  const body = route.method === 'GET' ? [] : [413, 415]
  const key = isIdempotent(route) ? [409, 422] : []
  const limited = route.limit === 'none' ? [] : [429]
  return [400, ...guarded, 404, ...key, ...body, ...limited, 500, 503]
}
