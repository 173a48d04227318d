import Joi from 'joi'
import { defineRoute, ok, problem, type Route } from '../../plugin/route.ts'
import { cursorQuery, decodeCursor, page, pageSchema } from '../cursor.ts'
import { replayFailedRoute } from './replay-failed.ts'
import { recordReplay, type WebhookRouteParts } from './route-parts.ts'
import { WEBHOOK_OUTCOMES } from './seams.ts'
import type { KeptWebhook } from './webhook-log.ts'
import type { ReplayRefusal } from './webhook-replay.ts'

interface ListQuery {
  readonly adapter?: string
  readonly endpointId?: string
  readonly connectionId?: string
  readonly outcome?: string
  readonly since?: string
  readonly until?: string
  readonly cursor?: string
  readonly limit: number
}

const uuid = Joi.string().uuid()
const cursorShape = Joi.array<[string]>().ordered(uuid.required())
const params = Joi.object<{ id: string }>({ id: uuid.required() })
const tags = ['admin']

const summary = {
  id: uuid.required(),
  adapter: Joi.string().required(),
  endpointId: uuid.required(),
  outcome: Joi.valid(...WEBHOOK_OUTCOMES).required(),
  error: Joi.string().allow(null).required().description('What could not be read, where nothing could.'),
  stored: Joi.number().integer().required(),
  duplicates: Joi.number().integer().required(),
  bytes: Joi.number().integer().required(),
  receivedAt: Joi.string().isoDate().required(),
  replayedAt: Joi.string().isoDate().allow(null).required(),
}
const whole = Joi.object({
  ...summary,
  headers: Joi.object().unknown(true).required().description('Those that authenticate are masked.'),
  body: Joi.string().allow('').required().description('The bytes as they came, read as UTF-8.'),
})
const replayed = Joi.object({
  stored: Joi.number().integer().required(),
  duplicates: Joi.number().integer().required().description('Elements that had been stored before.'),
  unrouted: Joi.number().integer().required(),
  passedOver: Joi.number().integer().required(),
  unknown: Joi.number().integer().required(),
})

const REPLAY_STATUS: Readonly<Record<ReplayRefusal, number>> = {
  'not-found': 404,
  'adapter-not-running': 409,
  'endpoint-gone': 409,
  malformed: 422,
}

/** The calls that vendors made to the calling tenant's accounts. */
export function webhookRoutes(parts: WebhookRouteParts): readonly Route[] {
  return [listRoute(parts), replayFailedRoute(parts), findRoute(parts), replayRoute(parts)]
}

function listRoute({ log, endpointOf }: WebhookRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/webhooks',
    id: 'listWebhooks',
    summary: "Vendors' calls, newest first, as long as they are kept.",
    tags,
    access: { permission: 'admin.webhooks.read' },
    query: Joi.object<ListQuery>({
      adapter: Joi.string().max(100),
      endpointId: uuid,
      connectionId: uuid.description('At the endpoint of this connection, which others may share.'),
      outcome: Joi.valid(...WEBHOOK_OUTCOMES),
      since: Joi.string().isoDate(),
      until: Joi.string().isoDate(),
      ...cursorQuery({ maxLimit: 200 }),
    }).oxor('endpointId', 'connectionId'),
    responses: {
      200: { description: 'A page of calls, without their bodies.', schema: pageSchema(Joi.object(summary)) },
    },
    handle: async ({ tenantId, query }) => {
      const { cursor, limit, adapter, outcome, since, until, connectionId } = query
      const endpointId = connectionId === undefined ? query.endpointId : await endpointOf(tenantId, connectionId)
      if (connectionId !== undefined && endpointId === undefined) return ok({ items: [], next: null })
      const [beyond] = decodeCursor(cursor, cursorShape) ?? []
      const items = await log.list(tenantId, {
        ...(adapter === undefined ? {} : { adapter }),
        ...(endpointId === undefined ? {} : { endpointId }),
        ...(outcome === undefined ? {} : { outcomes: [outcome] }),
        ...(since === undefined ? {} : { since: new Date(since) }),
        ...(until === undefined ? {} : { until: new Date(until) }),
        ...(beyond === undefined ? {} : { beyond }),
        limit: limit + 1,
      })
      const { next, items: shown } = page({ items, limit, cursorOf: ({ id }) => [id] })
      return ok({ items: shown.map(summaryOf), next })
    },
  })
}

function findRoute({ log }: WebhookRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/webhooks/{id}',
    id: 'getWebhook',
    summary: 'One call of a vendor, with its body.',
    tags,
    access: { permission: 'admin.webhooks.read' },
    params,
    responses: { 200: { description: 'The call.', schema: whole } },
    handle: async ({ tenantId, params: { id } }) => {
      const kept = await log.find(id, tenantId)
      if (kept === undefined) return problem(404, 'webhook.not-found', `There is no kept webhook ${id}.`)
      return ok({ ...summaryOf(kept), headers: kept.headers, body: kept.body.toString('utf8') })
    },
  })
}

function replayRoute(parts: WebhookRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/webhooks/{id}/replay',
    id: 'replayWebhook',
    summary: 'Takes a kept call in again; what was stored before is not stored twice.',
    tags,
    access: { permission: 'admin.webhooks.write' },
    params,
    responses: { 200: { description: 'What became of its elements.', schema: replayed } },
    handle: async (request) => {
      const { tenantId, params } = request
      const result = await parts.replay.replay(params.id, tenantId)
      if (!result.ok) return problem(REPLAY_STATUS[result.reason], `webhook.${result.reason}`, result.detail)
      const { ok: _, ...counts } = result
      await recordReplay(parts, request, params.id, counts)
      return ok(counts)
    },
  })
}

function summaryOf(kept: KeptWebhook) {
  const { id, adapter, endpointId, outcome, error, stored, duplicates, body, receivedAt, replayedAt } = kept
  return {
    ...{ id, adapter, endpointId, outcome, error, stored, duplicates },
    bytes: body.length,
    receivedAt: receivedAt.toISOString(),
    replayedAt: replayedAt?.toISOString() ?? null,
  }
}
