import Joi from 'joi'
import { defineRoute, ok, type Route } from '../../plugin/route.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { recordReplay, type WebhookRouteParts } from './route-parts.ts'
import type { WebhookOutcome } from './seams.ts'

interface Payload {
  readonly since: string
  readonly until?: string
  readonly adapter?: string
  readonly endpointId?: string
  readonly limit: number
  readonly cursor?: string
}

/** What did not reach a tenant, in whole or in part. */
const FAILED: readonly WebhookOutcome[] = ['malformed', 'unrouted', 'partly-routed', 'passed-over']

const cursorShape = Joi.array<[string]>().ordered(Joi.string().uuid().required())

const answer = Joi.object({
  replayed: Joi.number().integer().required().description('Calls that were taken in again.'),
  stored: Joi.number().integer().required(),
  duplicates: Joi.number().integer().required(),
  refused: Joi.array()
    .items(Joi.object({ id: Joi.string().uuid().required(), code: Joi.string().required(), detail: Joi.string() }))
    .required(),
  next: Joi.string().allow(null).required().description('Goes on behind the last of these.'),
})

export function replayFailedRoute(parts: WebhookRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/webhooks/replay',
    id: 'replayFailedWebhooks',
    summary: 'Takes everything in again that failed since a moment, oldest first; nothing is stored twice.',
    tags: ['admin'],
    access: { permission: 'admin.webhooks.write' },
    payload: Joi.object<Payload>({
      since: Joi.string().isoDate().required(),
      until: Joi.string().isoDate(),
      adapter: Joi.string().max(100),
      endpointId: Joi.string().uuid(),
      limit: Joi.number().integer().min(1).max(500).default(100),
      cursor: Joi.string(),
    }).required(),
    responses: { 200: { description: 'What became of them.', schema: answer } },
    handle: async (request) => {
      const { since, until, adapter, endpointId, limit, cursor } = request.payload
      const [beyond] = decodeCursor(cursor, cursorShape) ?? []
      const kept = await parts.log.list(request.tenantId, {
        ...{ outcomes: FAILED, since: new Date(since), oldestFirst: true, limit },
        ...(until === undefined ? {} : { until: new Date(until) }),
        ...(adapter === undefined ? {} : { adapter }),
        ...(endpointId === undefined ? {} : { endpointId }),
        ...(beyond === undefined ? {} : { beyond }),
      })
      const came = { replayed: 0, stored: 0, duplicates: 0, refused: [] as object[] }
      // One after another: what came first is stored first.
      for (const { id } of kept) {
        const result = await parts.replay.replay(id, request.tenantId)
        if (!result.ok) {
          came.refused.push({ id, code: `webhook.${result.reason}`, detail: result.detail })
          continue
        }
        came.replayed += 1
        came.stored += result.stored
        came.duplicates += result.duplicates
        await recordReplay(parts, request, id, { stored: result.stored, duplicates: result.duplicates })
      }
      const last = kept.at(-1)
      return ok({ ...came, next: last === undefined || kept.length < limit ? null : encodeCursor([last.id]) })
    },
  })
}
