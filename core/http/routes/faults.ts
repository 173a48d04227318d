import Joi from 'joi'
import type { Route } from '../../plugin/route.ts'
import { jsonSchemaFault, jsonSchemaOf } from '../openapi/json-schema.ts'
import { fingerprint, parameterNames } from './fingerprint.ts'

/** What the routes of one plugin are checked against. */
export interface Surroundings {
  /** Ids of all mounted routes. */
  readonly ids: ReadonlySet<string>
  /** `GET /api/things/?` of all mounted routes. */
  readonly places: ReadonlySet<string>
  /** Permissions the plugin declares; `undefined` leaves them unchecked. */
  readonly permissions: readonly string[] | undefined
  /** Schemes that somebody authenticates. */
  readonly schemes: readonly string[]
}

const NONE = Joi.object()

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export const placeOf = (route: Pick<Route, 'method' | 'path'>) => `${route.method} ${fingerprint(route.path)}`

/** Everything that is wrong with a plugin's routes, as sentences; empty when they can be mounted. */
export function routeFaults(routes: readonly Route[], around: Surroundings): readonly string[] {
  const ids = new Set(around.ids)
  const places = new Set(around.places)
  return routes.flatMap((route) => {
    const faults = [...shapeFaults(route), ...accessFaults(route, around), ...schemaFaults(route)]
    if (ids.has(route.id)) faults.push(`the id "${route.id}" is taken`)
    if (places.has(placeOf(route))) faults.push('another route has this method and path')
    ids.add(route.id)
    places.add(placeOf(route))
    return faults.map((fault) => `${route.method} ${route.path} (${route.id}): ${fault}`)
  })
}

function shapeFaults(route: Route): string[] {
  const faults = []
  if (!METHODS.includes(route.method)) faults.push(`expected a method of ${METHODS.join(', ')}, got "${route.method}"`)
  if (!/^\/[^?#\s]*$/.test(route.path)) faults.push('expected a path that starts with / and has no query')
  if (!/^[a-z][A-Za-z0-9]*$/.test(route.id)) faults.push('expected an id in camelCase')
  if (typeof route.handle !== 'function') faults.push('expected a function `handle`')
  if (Object.keys(route.responses ?? {}).length === 0) faults.push('expected at least one documented response')
  if (route.method === 'GET' && (route.payload !== undefined || route.body !== undefined)) {
    faults.push('a GET route has no body')
  }
  return faults
}

function accessFaults(route: Route, around: Surroundings): string[] {
  const { access } = route
  if ('public' in access) {
    if (route.idempotent === true) return ['a public route cannot be idempotent: it has no tenant to keep the key for']
    return access.public.trim() === '' ? ['a public route says why it is public'] : []
  }
  if ('scheme' in access) {
    return around.schemes.includes(access.scheme) ? [] : [`nobody authenticates the scheme "${access.scheme}"`]
  }
  if (around.permissions === undefined || around.permissions.includes(access.permission)) return []
  return [`the permission "${access.permission}" is not declared in the manifest`]
}

function schemaFaults(route: Route): string[] {
  const faults: string[] = []
  const check = (name: string, schema: unknown) => {
    if (schema === undefined) return
    const fault = Joi.isSchema(schema) ? jsonSchemaFault(schema) : 'is not a joi schema'
    if (fault !== undefined) faults.push(`${name} ${fault}`)
  }
  check('params', route.params)
  check('query', route.query)
  check('payload', route.payload)
  for (const [status, { schema }] of Object.entries(route.responses ?? {})) check(`response ${status}`, schema)
  if (route.params !== undefined && Joi.isSchema(route.params)) faults.push(...unknownParams(route))
  return faults
}

/** Parameters that the path has and the schema does not, or the other way round. */
function unknownParams(route: Route): string[] {
  const known = Object.keys(jsonSchemaOf(route.params ?? NONE).properties ?? {})
  const inPath = parameterNames(route.path)
  return [
    ...inPath.filter((name) => !known.includes(name)).map((name) => `params does not describe {${name}}`),
    ...known
      .filter((name) => !inPath.includes(name))
      .map((name) => `params describes "${name}", which the path does not have`),
  ]
}
