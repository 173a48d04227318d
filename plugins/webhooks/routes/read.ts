import { defineRoute, noContent, ok, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { OFFERED } from '../domain/event-types.ts'
import { Subscription } from '../models/subscription.ts'
import { auditEntry } from './audit-entry.ts'
import { noSubscription } from './refusals.ts'
import { idParams, subscriptionSchema, TAGS, viewOf } from './schemas.ts'

export function listEventTypes(): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/webhook-event-types',
    id: 'listWebhookEventTypes',
    summary: 'What can be subscribed to, and what of it is left out unless personal fields are asked for.',
    tags: TAGS,
    access: { permission: 'webhooks.read' },
    responses: {
      200: {
        description: 'All types.',
        schema: Joi.array().items(
          Joi.object({
            type: Joi.string().required(),
            summary: Joi.string().required(),
            personal: Joi.array().items(Joi.string()).required(),
          }),
        ),
      },
    },
    handle: async () => ok(OFFERED.map(({ type, summary, personal }) => ({ type, summary, personal }))),
  })
}

export function listSubscriptions({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/webhooks',
    id: 'listWebhookSubscriptions',
    summary: 'All webhooks of the tenant, oldest first. There are never many.',
    tags: TAGS,
    access: { permission: 'webhooks.read' },
    responses: { 200: { description: 'All of them.', schema: Joi.array().items(subscriptionSchema) } },
    handle: async ({ tenantId }) => {
      const found = await database.transaction(tenantId, async (uow) => Subscription.in(uow).orderBy('id'))
      return ok(found.map(viewOf))
    },
  })
}

export function getSubscription({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/webhooks/{id}',
    id: 'getWebhookSubscription',
    summary: 'One webhook and how it is doing.',
    tags: TAGS,
    access: { permission: 'webhooks.read' },
    params: idParams,
    responses: {
      200: { description: 'The webhook.', schema: subscriptionSchema },
      404: { description: 'There is none.' },
    },
    handle: async ({ tenantId, params }) => {
      const found = await database.transaction(tenantId, async (uow) => Subscription.in(uow).findOne({ id: params.id }))
      return found === undefined ? noSubscription(params.id) : ok(viewOf(found))
    },
  })
}

export function deleteSubscription({ database, audit }: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/webhooks/{id}',
    id: 'deleteWebhookSubscription',
    summary: 'Ends a subscription and forgets its deliveries.',
    tags: TAGS,
    access: { permission: 'webhooks.write' },
    params: idParams,
    responses: { 204: { description: 'Gone.' }, 404: { description: 'There is none.' } },
    handle: async (request) => {
      const { tenantId, params } = request
      const gone = await database.transaction(tenantId, async (uow) => {
        const before = await Subscription.in(uow).findOne({ id: params.id })
        if (before === undefined) return false
        await Subscription.in(uow).where({ id: params.id }).delete()
        await audit.record(uow, auditEntry('webhook.deleted', params.id, request, { before }))
        return true
      })
      return gone ? noContent() : noSubscription(params.id)
    },
  })
}
