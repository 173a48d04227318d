import { server as hapiServer, type Server } from '@hapi/hapi'
import { ParleyError, reasonOf } from '../../plugin/errors.ts'
import type { Route } from '../../plugin/route.ts'
import type { LiveServer } from '../live/live-server.ts'
import type { HttpServer, MountOptions } from '../options.ts'
import type { Authentication } from '../request/authentication.ts'
import { hapiRoute, type RouteSurface } from './hapi-route.ts'
import type { RouteTable } from './route-table.ts'

export type Mount = HttpServer['mount']

export interface MountParts {
  readonly server: Server
  readonly table: RouteTable
  readonly authentication: Authentication
  readonly live: LiveServer
  readonly surface: RouteSurface
}

/** Mounts a plugin's routes, schemes and live topics: first everything is checked, then everything is made. */
export function mounter(parts: MountParts): Mount {
  const { server, table, authentication, live, surface } = parts
  return (routes: readonly Route[], options: MountOptions) => {
    const { pluginId, authenticators = [], live: topics = [] } = options
    authentication.check(authenticators)
    table.check(routes, topics, {
      ...options,
      schemes: [...authentication.schemes(), ...authenticators.map(({ scheme }) => scheme)],
    })
    const made = routes.map((route) => hapiRoute(route, pluginId, surface))
    rehearse(pluginId, made)
    for (const authenticator of authenticators) authentication.register(authenticator)
    server.route(made)
    for (const topic of topics) live.open(topic, pluginId)
    table.add(routes, topics)
  }
}

/** hapi adds routes one by one and keeps those before a bad one, so the whole set is first tried on a server that nobody reaches. */
function rehearse(pluginId: string, routes: ReturnType<typeof hapiRoute>[]): void {
  const scratch = hapiServer({ autoListen: false })
  const open = routes.map((route) => ({ ...route, options: { ...route.options, auth: false as const } }))
  try {
    scratch.route(open)
  } catch (cause) {
    throw new ParleyError('route.invalid', `Routes of "${pluginId}" cannot be mounted: ${reasonOf(cause)}.`, { cause })
  }
}
