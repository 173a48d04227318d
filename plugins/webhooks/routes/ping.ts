import { defineRoute, newId, ok, type Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { arrived, post } from '../delivering/post.ts'
import { PING } from '../domain/event-types.ts'
import { Attempt, Delivery } from '../models/delivery.ts'
import { Subscription } from '../models/subscription.ts'
import { noSubscription } from './refusals.ts'
import { attemptSchema, idParams, TAGS, viewAttempt } from './schemas.ts'

/** A try that counts for nothing: neither for the circuit nor against the address. */
export function pingSubscription(parts: Parts): Route {
  const { database, clock, settings } = parts
  return defineRoute({
    method: 'POST',
    path: '/api/webhooks/{id}/ping',
    id: 'pingWebhookSubscription',
    summary: 'Sends a test event at once and tells what was answered.',
    tags: TAGS,
    access: { permission: 'webhooks.write' },
    params: idParams,
    responses: {
      200: { description: 'What came of it.', schema: attemptSchema },
      404: { description: 'There is none.' },
    },
    handle: async ({ tenantId, params }) => {
      const subscription = await database.transaction(tenantId, async (uow) =>
        Subscription.in(uow).findOne({ id: params.id }),
      )
      if (subscription === undefined) return noSubscription(params.id)
      const [id, eventId] = [newId(), newId()]
      const now = clock.now()
      const body = JSON.stringify({
        ...{ specversion: '1.0', id: eventId, source: '/plugins/webhooks', type: PING, time: now.toISOString() },
        ...{ tenantid: tenantId, datacontenttype: 'application/json', data: { subscriptionId: subscription.id } },
      })
      const signal = AbortSignal.timeout(settings.egress.timeoutMs)
      const tried = await post(parts, subscription, { event_id: eventId, body }, signal)
      const state = arrived(tried) ? ('delivered' as const) : ('failed' as const)
      const attempt = await database.transaction(tenantId, async (uow) => {
        const event = { event_id: eventId, type: PING, body, state, tries: 1 }
        await Delivery.in(uow).insert({ id, subscription_id: params.id, ...event, created_at: now, settled_at: now })
        const { at, tookMs: took_ms, status, error, answer } = tried
        return Attempt.in(uow).insertAndFetch({ id: newId(), delivery_id: id, at, took_ms, status, error, answer })
      })
      return ok(viewAttempt(attempt))
    },
  })
}
