import { cursorQuery, decodeCursor, defineRoute, ok, page, pageSchema, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { Attempt, DELIVERY_STATES, Delivery, type DeliveryState } from '../models/delivery.ts'
import { Subscription } from '../models/subscription.ts'
import { noSubscription } from './refusals.ts'
import { attemptSchema, deliveryParams, deliverySchema, idParams, TAGS, viewAttempt, viewDelivery } from './schemas.ts'

interface Query {
  readonly state?: DeliveryState
  readonly type?: string
  readonly cursor?: string
  readonly limit: number
}

const place = Joi.array<[string]>().ordered(Joi.string().uuid().required())

export const noDelivery = (id: string) => problem(404, 'webhooks.delivery-not-found', `There is no delivery ${id}.`)

export function listDeliveries({ database, settings }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/webhooks/{id}/deliveries',
    id: 'listWebhookDeliveries',
    summary: 'What was, is and will be sent to the address, newest first.',
    tags: TAGS,
    access: { permission: 'webhooks.read' },
    params: idParams,
    query: Joi.object<Query>({
      state: Joi.valid(...DELIVERY_STATES),
      type: Joi.string().max(200),
      ...cursorQuery({ maxLimit: settings.maxPageSize, defaultLimit: settings.pageSize }),
    }),
    responses: {
      200: { description: 'A page of deliveries.', schema: pageSchema(deliverySchema) },
      404: { description: 'There is no such subscription.' },
    },
    handle: async ({ tenantId, params, query }) => {
      const [after] = decodeCursor(query.cursor, place) ?? []
      const found = await database.transaction(tenantId, async (uow) => {
        if ((await Subscription.in(uow).findOne({ id: params.id })) === undefined) return undefined
        const rows = Delivery.in(uow)
          .where('subscription_id', params.id)
          .orderBy('id', 'desc')
          .limit(query.limit + 1)
        if (query.state !== undefined) rows.where('state', query.state)
        if (query.type !== undefined) rows.where('type', query.type)
        if (after !== undefined) rows.where('id', '<', after)
        return rows
      })
      if (found === undefined) return noSubscription(params.id)
      return ok(page({ items: found.map(viewDelivery), limit: query.limit, cursorOf: ({ id }) => [id] }))
    },
  })
}

export function getDelivery({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/webhooks/{id}/deliveries/{deliveryId}',
    id: 'getWebhookDelivery',
    summary: 'One delivery: what is sent, and every try.',
    tags: TAGS,
    access: { permission: 'webhooks.read' },
    params: deliveryParams,
    responses: {
      200: {
        description: 'The delivery.',
        schema: deliverySchema.keys({
          body: Joi.string().required(),
          attempts: Joi.array().items(attemptSchema).required(),
        }),
      },
      404: { description: 'There is none, or no longer.' },
    },
    handle: async ({ tenantId, params: { id, deliveryId } }) => {
      const found = await database.transaction(tenantId, async (uow) => {
        const delivery = await Delivery.in(uow).findOne({ id: deliveryId, subscription_id: id })
        const attempts = delivery && (await Attempt.in(uow).where('delivery_id', deliveryId).orderBy('id'))
        return (
          delivery && { ...viewDelivery(delivery), body: delivery.body, attempts: attempts?.map(viewAttempt) ?? [] }
        )
      })
      return found === undefined ? noDelivery(deliveryId) : ok(found)
    },
  })
}
