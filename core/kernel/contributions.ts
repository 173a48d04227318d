import { reasonsOf } from '../config/reasons.ts'
import type { Contributions } from '../plugin/plugin.ts'
import { portName } from '../plugin/port.ts'
import { contributionShape } from './contribution-shape.ts'
import { flagProblems } from './flag-problems.ts'
import type { PluginRecord } from './record.ts'

/** What other plugins, and the kernel itself, have taken already. Grows with every plugin that passes. */
export class Taken {
  readonly routes = new Map<string, string>()
  readonly routeIds = new Map<string, string>()
  readonly schemes = new Map<string, string>()
  /** Schemes whose authenticators tell their tokens apart by form, so that more may join. */
  readonly sharedSchemes = new Set<string>()
  readonly live = new Map<string, string>()
  readonly permissions = new Map<string, string>()
  readonly providerKeys = new Map<string, string>()
}

/** Everything that is wrong with a plugin's contributions, all at once; empty means they may be mounted, and are taken. */
export function validateContributions(record: PluginRecord, given: unknown, taken: Taken): readonly string[] {
  if (typeof given !== 'object' || given === null) return [`register returned ${String(given)}; expected contributions`]
  const { error } = contributionShape.label('contributions').validate(given, { abortEarly: false, convert: false })
  if (error) return reasonsOf(error)
  const contributions = given as Contributions
  const problems = [
    ...consumerProblems(contributions),
    ...providerProblems(record, contributions),
    ...accessProblems(record, contributions, taken),
    ...flagProblems(record, contributions),
  ]
  const claims = claimsOf(record, contributions, taken)
  for (const { map, name, what } of claims) {
    const owner = map.get(name)
    if (owner !== undefined) problems.push(`${what} is already taken by ${owner}`)
  }
  problems.push(...twice(claims.map((claim) => claim.what)).map((what) => `${what} is there twice`))
  if (problems.length > 0) return problems
  for (const { map, name } of claims) map.set(name, record.id)
  for (const { scheme, recognizes } of contributions.authenticators ?? [])
    if (recognizes !== undefined) taken.sharedSchemes.add(scheme)
  return problems
}

function consumerProblems(contributions: Contributions): string[] {
  const ids = [...(contributions.handlers ?? []), ...(contributions.streams ?? [])].map((consumer) => consumer.id)
  return twice(ids).map((name) => `two handlers or streams are called ${name}; the consumer group is made of it`)
}

function providerProblems(record: PluginRecord, contributions: Contributions): string[] {
  const ports = record.plugin?.manifest.provides ?? []
  const declared = new Set(ports.map(portName))
  // Of a port with many providers it may bring none: whatever is configured.
  const owed = ports.filter(({ cardinality }) => cardinality === 'one').map(portName)
  const provided = new Set((contributions.providers ?? []).map((provider) => portName(provider.port)))
  return [
    ...[...provided]
      .filter((name) => !declared.has(name))
      .map((name) => `provides ${name}, which its manifest does not say`),
    ...owed
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
    ...(contributions.authenticators ?? [])
      .filter((a) => a.recognizes === undefined || !taken.sharedSchemes.has(a.scheme))
      .map((a) => ({ map: taken.schemes, name: a.scheme, what: `the scheme ${a.scheme}` })),
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
