import {
  type Clock,
  type Connection,
  type Connections,
  type Database,
  type Ingress,
  problem,
  type Reply,
  type RouteRequest,
  type ThreadHistory,
} from '@parley/core'
import type { Assets } from './assets.ts'
import type { Files } from './files.ts'
import { CHANNEL } from './inbound.ts'
import type { Sessions } from './sessions.ts'
import type { RateLimit, WebchatSettings } from './settings.ts'
import type { TokenBuckets } from './token-bucket.ts'
import { type Visitor, visitorOf } from './visitor.ts'

/** What the routes share. */
export interface Context {
  readonly settings: WebchatSettings
  readonly clock: Clock
  readonly connections: Connections
  readonly database: Database
  readonly history: ThreadHistory
  readonly ingress: Ingress
  readonly sessions: Sessions
  readonly buckets: TokenBuckets
  readonly assets: Assets
  /** Absent where nobody provides an object store: the page then offers no files. */
  readonly files: Files | undefined
}

export const TAGS = ['Web chat']

/** The web-chat connection of a public page, or nothing. */
export function locate(context: Context, connectionId: string): Promise<Connection | undefined> {
  return context.connections.locate(CHANNEL, connectionId)
}

export const noSuchChat = (): Reply => problem(404, 'webchat.not-found', 'There is no web chat with this id.')

/** Runs `work` for the visitor, unless there were too many of these calls lately. */
export async function forVisitor(
  context: Context,
  request: RouteRequest<unknown, unknown, unknown>,
  limit: 'messages' | 'reads' | 'files',
  work: (visitor: Visitor) => Promise<Reply>,
): Promise<Reply> {
  const visitor = visitorOf(request.actor)
  if (visitor === undefined) return problem(403, 'webchat.not-a-visitor', 'Only a visitor of a web chat may do this.')
  return limited(context, `${limit}:${visitor.visitorId}`, context.settings.limits[limit], () => work(visitor))
}

/** Answers 429 with Retry-After instead of running `work` when the bucket is empty. */
export async function limited(
  context: Context,
  key: string,
  limit: RateLimit,
  work: () => Promise<Reply>,
): Promise<Reply> {
  const taken = context.buckets.take(key, limit)
  if (taken.ok) return work()
  const refused = problem(429, 'webchat.too-many-requests', `Try again in ${taken.retryAfterSeconds} seconds.`)
  return { ...refused, headers: { 'retry-after': String(taken.retryAfterSeconds) } }
}
