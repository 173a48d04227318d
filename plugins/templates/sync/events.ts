import { defineEvent } from '@parley/core'
import Joi from 'joi'

export interface SyncRequested {
  readonly connectionId: string
  readonly why: 'due' | 'news' | 'asked' | 'connected'
}

/** A topic of its own, so that the syncing reads nothing else. Key: the connection. */
export const syncRequested = defineEvent<SyncRequested>({
  type: 'templates.sync.requested.v1',
  topic: 'templates-sync',
  summary: "A connection's templates are to be listed at the vendor anew.",
  schema: Joi.object({
    connectionId: Joi.string().uuid().required(),
    why: Joi.valid('due', 'news', 'asked', 'connected').required(),
  }),
})

export const requestSync = (connectionId: string, why: SyncRequested['why']) => ({
  type: syncRequested,
  key: connectionId,
  data: { connectionId, why },
})
