import { accepted, defineRoute, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { announce } from '../handlers/fan-out.ts'
import { REPLAY, type ReplayWish } from '../jobs/replay.ts'
import { Delivery } from '../models/delivery.ts'
import { Subscription } from '../models/subscription.ts'
import { noDelivery } from './deliveries.ts'
import { noSubscription } from './refusals.ts'
import { deliveryParams, idParams, TAGS } from './schemas.ts'

const disabled = () => problem(409, 'webhooks.disabled', 'This webhook is switched off. Switch it on first.')

export function redeliver({ database }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/webhooks/{id}/deliveries/{deliveryId}/redeliver',
    id: 'redeliverWebhook',
    summary: 'Sends one delivery again, with the same `webhook-id`.',
    tags: TAGS,
    access: { permission: 'webhooks.write' },
    params: deliveryParams,
    responses: {
      202: { description: 'It is on its way.', schema: Joi.object({ deliveryId: Joi.string().uuid().required() }) },
      404: { description: 'There is none, or no longer.' },
      409: { description: 'The webhook is switched off.' },
    },
    handle: async ({ tenantId, params: { id, deliveryId }, correlationId }) =>
      database.transaction(
        tenantId,
        async (uow) => {
          const subscription = await Subscription.in(uow).findOne({ id })
          if (subscription?.status === 'disabled') return disabled()
          const queued = await Delivery.in(uow)
            .where({ id: deliveryId, subscription_id: id })
            .patch({ state: 'queued', tries: 0, next_at: null, settled_at: null })
          if (queued === 0) return noDelivery(deliveryId)
          announce(uow, deliveryId, id)
          return accepted({ deliveryId })
        },
        { correlationId },
      ),
  })
}

type Wish = Pick<ReplayWish, 'only' | 'since'>

export function replayDeliveries({ database, clock, jobs }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/webhooks/{id}/replay',
    id: 'replayWebhooks',
    summary: 'Sends again what was kept since a moment: what failed, or everything.',
    tags: TAGS,
    access: { permission: 'webhooks.write' },
    params: idParams,
    payload: Joi.object<Wish>({
      since: Joi.string().isoDate().required(),
      only: Joi.valid('failed', 'all').default('failed'),
    }),
    responses: {
      202: { description: 'It has begun.', schema: Joi.object({ until: Joi.string().isoDate().required() }) },
      404: { description: 'There is none.' },
      409: { description: 'The webhook is switched off.' },
    },
    handle: async ({ tenantId, params, payload, correlationId }) =>
      database.transaction(
        tenantId,
        async (uow) => {
          const subscription = await Subscription.in(uow).findOne({ id: params.id })
          if (subscription === undefined) return noSubscription(params.id)
          if (subscription.status === 'disabled') return disabled()
          const until = clock.now().toISOString()
          await jobs.enqueue(uow, REPLAY, { subscriptionId: params.id, until, ...payload })
          return accepted({ until })
        },
        { correlationId },
      ),
  })
}
