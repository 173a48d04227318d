import Joi from 'joi'
import { defineRoute, ok, problem, type Route } from '../../plugin/route.ts'
import { cursorQuery, decodeCursor, page, pageSchema } from '../cursor.ts'
import type { KeptWebhook, WebhookLog } from './webhook-log.ts'
import type { ReplayRefusal, WebhookReplay } from './webhook-replay.ts'

export interface WebhookRouteParts {
  readonly log: WebhookLog
  readonly replay: WebhookReplay
}

interface ListQuery {
  readonly adapter?: string
  readonly outcome?: string
  readonly cursor?: string
  readonly limit: number
}

const OUTCOMES = ['routed', 'partly-routed', 'unrouted', 'passed-over', 'empty']
const cursorShape = Joi.array<[string]>().ordered(Joi.string().uuid().required())
const params = Joi.object<{ id: string }>({ id: Joi.string().uuid().required() })
const tags = ['admin']

const summary = {
  id: Joi.string().uuid().required(),
  adapter: Joi.string().required(),
  endpointId: Joi.string().uuid().required(),
  outcome: Joi.valid(...OUTCOMES).required(),
  stored: Joi.number().integer().required(),
  duplicates: Joi.number().integer().required(),
  bytes: Joi.number().integer().required(),
  receivedAt: Joi.string().isoDate().required(),
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
  return [listRoute(parts), findRoute(parts), replayRoute(parts)]
}

function listRoute({ log }: WebhookRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/webhooks',
    id: 'listWebhooks',
    summary: "Vendors' calls, newest first, as long as they are kept.",
    tags,
    access: { permission: 'admin.webhooks.read' },
    query: Joi.object<ListQuery>({
      adapter: Joi.string().max(100),
      outcome: Joi.valid(...OUTCOMES),
      ...cursorQuery({ maxLimit: 200 }),
    }),
    responses: {
      200: { description: 'A page of calls, without their bodies.', schema: pageSchema(Joi.object(summary)) },
    },
    handle: async ({ tenantId, query: { cursor, limit, ...filter } }) => {
      const [before] = decodeCursor(cursor, cursorShape) ?? []
      const items = await log.list(tenantId, {
        ...filter,
        ...(before === undefined ? {} : { before }),
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

function replayRoute({ replay }: WebhookRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/webhooks/{id}/replay',
    id: 'replayWebhook',
    summary: 'Takes a kept call in again; what was stored before is not stored twice.',
    tags,
    access: { permission: 'admin.webhooks.write' },
    params,
    responses: { 200: { description: 'What became of its elements.', schema: replayed } },
    handle: async ({ tenantId, params: { id } }) => {
      const result = await replay.replay(id, tenantId)
      if (!result.ok) return problem(REPLAY_STATUS[result.reason], `webhook.${result.reason}`, result.detail)
      const { ok: _, ...counts } = result
      return ok(counts)
    },
  })
}

function summaryOf(kept: KeptWebhook) {
  const { id, adapter, endpointId, outcome, stored, duplicates, body, receivedAt } = kept
  return {
    id,
    adapter,
    endpointId,
    outcome,
    stored,
    duplicates,
    bytes: body.length,
    receivedAt: receivedAt.toISOString(),
  }
}
