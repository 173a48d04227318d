import {
  type Actor,
  type Author,
  type ChannelReceipts,
  type Database,
  type ImageProcessor,
  type JobQueue,
  type Logger,
  type Messenger,
  type ObjectStore,
  problem,
  type Reply,
  type Selector,
  type SendRefusal,
} from '@parley/core'
import type { MessengerParts } from '../messenger/parts.ts'
import type { InboxSettings } from '../settings/app.ts'

/** What the routes work with. */
export interface RouteContext extends MessengerParts {
  readonly database: Database
  readonly jobs: JobQueue
  readonly log: Logger
  readonly messenger: Messenger
  readonly receipts: Selector<ChannelReceipts>
  readonly store: ObjectStore | undefined
  readonly images: ImageProcessor | undefined
  readonly settings: InboxSettings
}

/** Who speaks when this caller writes. */
export function authorOf(actor: Actor | undefined): Author {
  if (actor === undefined) return { kind: 'system', id: 'api' }
  const name = actor.claims?.name
  return { kind: 'agent', id: actor.id, ...(name === undefined ? {} : { name }) }
}

export const noConversation = (id: string) =>
  problem(404, 'inbox.conversation-not-found', `There is no conversation ${id}.`)
export const noMessage = (id: string) => problem(404, 'inbox.message-not-found', `There is no message ${id}.`)

const STATUS: Readonly<Record<SendRefusal, number>> = {
  'conversation-not-found': 404,
  'window-closed': 409,
  'kind-not-supported': 422,
  'too-long': 422,
  'opted-out': 409,
  'not-opted-in': 409,
  'channel-unhealthy': 409,
  'channel-not-running': 409,
  'held-by-human': 409,
  duplicate: 409,
  'template-not-sendable': 409,
}

/** A refusal of the gate as the caller sees it: the reason is in the code. */
export function refused({ reason, detail }: { readonly reason: SendRefusal; readonly detail: string }): Reply {
  return problem(STATUS[reason], `inbox.${reason}`, detail)
}
