import type { Connection } from '@parley/core'
import type { GraphClient } from '../graph-client.ts'

/** Where calls for a connection go. */
export interface PlatformRoute {
  readonly graph: GraphClient
  /** `/{node}/messages`: the page, or the professional account. Encoded. */
  readonly node: string
  readonly token: string
}

export type RouteOf = (connection: Connection) => PlatformRoute
