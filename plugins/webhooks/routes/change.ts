import { defineRoute, ok, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { HEALTHY } from '../domain/health.ts'
import { healthColumns, Subscription } from '../models/subscription.ts'
import { auditEntry } from './audit-entry.ts'
import type { Wish } from './create.ts'
import { addressRefusal, noSubscription, personalRefusal } from './refusals.ts'
import { eventsSchema, idParams, subscriptionSchema, TAGS, viewOf } from './schemas.ts'

type Patch = Partial<Wish> & { readonly status?: 'active' | 'disabled' }

/** Switching on again begins with a clean record; what was dropped meanwhile is sent by a replay. */
export function changeSubscription(parts: Parts): Route {
  const { database, clock, audit } = parts
  return defineRoute({
    method: 'PATCH',
    path: '/api/webhooks/{id}',
    id: 'changeWebhookSubscription',
    summary: 'Changes address, events or description, or switches the webhook off and on.',
    tags: TAGS,
    access: { permission: 'webhooks.write' },
    params: idParams,
    payload: Joi.object<Patch>({
      url: Joi.string().max(2000),
      description: Joi.string().allow('').max(500),
      events: eventsSchema,
      includePersonal: Joi.boolean(),
      status: Joi.valid('active', 'disabled'),
    }).min(1),
    responses: {
      200: { description: 'As it is now.', schema: subscriptionSchema },
      404: { description: 'There is none.' },
      422: { description: 'The address is not taken; the code says why.' },
    },
    handle: async (request) => {
      const { tenantId, params, actor, payload } = request
      const refusal =
        (payload.url === undefined ? undefined : addressRefusal(parts, payload.url)) ??
        personalRefusal(actor, payload.includePersonal === true)
      if (refusal !== undefined) return refusal
      const changed = await database.transaction(tenantId, async (uow) => {
        const found = await Subscription.in(uow).findOne({ id: params.id }).forUpdate()
        if (found === undefined) return undefined
        await Subscription.in(uow)
          .where({ id: found.id })
          .patch({ ...columnsOf(found, payload), updated_at: clock.now() })
        const after = await Subscription.in(uow).findOne({ id: found.id })
        await audit.record(uow, auditEntry('webhook.changed', found.id, request, { before: found, after }))
        return after
      })
      return changed === undefined ? noSubscription(params.id) : ok(viewOf(changed))
    },
  })
}

function columnsOf(found: Subscription, { url, description, events, includePersonal, status }: Patch) {
  return {
    url: url ?? found.url,
    description: description ?? found.description,
    events: [...(events ?? found.events)],
    include_personal: includePersonal ?? found.include_personal,
    ...(status === 'disabled' && found.status === 'active' ? { status, disabled_reason: 'by-hand' } : {}),
    ...(status === 'active' && found.status === 'disabled'
      ? { status, disabled_reason: null, ...healthColumns(HEALTHY) }
      : {}),
  }
}
