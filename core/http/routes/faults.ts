import Joi from 'joi'
import { reasonOf } from '../../plugin/errors.ts'
import type { Route } from '../../plugin/route.ts'
import { jsonSchemaFault, jsonSchemaOf } from '../openapi/json-schema.ts'
import { accessFaults, type Known } from './access-faults.ts'
import { fingerprint, parameterNames } from './fingerprint.ts'

/** What the routes of one plugin are checked against. */
export interface Surroundings extends Known {
  /** Ids of all mounted routes. */
  readonly ids: ReadonlySet<string>
  /** `GET /api/things/?` of all mounted routes. */
  readonly places: ReadonlySet<string>
}

const NONE = Joi.object()

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export const placeOf = (route: Pick<Route, 'method' | 'path'>) => `${route.method} ${fingerprint(route.path)}`

/** Everything that is wrong with a plugin's routes, as sentences; empty when they can be mounted. */
export function routeFaults(routes: readonly Route[], around: Surroundings): readonly string[] {
  const ids = new Set(around.ids)
  const places = new Set(around.places)
  return routes.flatMap((route) => {
    const faults = [...shapeFaults(route), ...accessFaults(route.access, around), ...schemaFaults(route)]
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
  if (route.idempotent === true && Object.hasOwn(Object(route.access), 'public')) {
    faults.push('a public route cannot be idempotent: it has no tenant to keep the key for')
  }
  return faults
}

function schemaFaults(route: Route): string[] {
  const faults: string[] = []
  const check = (name: string, schema: unknown) => {
    if (schema === undefined) return
    const fault = schemaFault(schema)
    if (fault !== undefined) faults.push(`${name} ${fault}`)
  }
  check('params', route.params)
  check('query', route.query)
  check('payload', route.payload)
  for (const [status, { schema }] of Object.entries(route.responses ?? {})) check(`response ${status}`, schema)
  if (route.params !== undefined && faults.length === 0) faults.push(...unknownParams(route))
  return faults
}

/** joi refuses to look at schemas of another joi; that is a fault like any other. */
function schemaFault(schema: unknown): string | undefined {
  try {
    return Joi.isSchema(schema) ? jsonSchemaFault(schema) : 'is not a joi schema'
  } catch (error) {
    return reasonOf(error)
  }
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
