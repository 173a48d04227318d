import { created, defineRoute, newId, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { HEALTHY } from '../domain/health.ts'
import { newSecret } from '../domain/signature.ts'
import { healthColumns, Subscription } from '../models/subscription.ts'
import { sealSecret } from '../secrets.ts'
import { auditEntry } from './audit-entry.ts'
import { addressRefusal, personalRefusal } from './refusals.ts'
import { eventsSchema, TAGS, viewOf, withSecret } from './schemas.ts'

export interface Wish {
  readonly url: string
  readonly description: string
  readonly events: readonly string[]
  readonly includePersonal: boolean
}

export function createSubscription(parts: Parts): Route {
  const { database, clock, sealer, settings, audit } = parts
  return defineRoute({
    method: 'POST',
    path: '/api/webhooks',
    id: 'createWebhookSubscription',
    summary: 'Subscribes an address to events. The answer holds the secret that signs them, this once.',
    tags: TAGS,
    access: { permission: 'webhooks.write' },
    // The answer holds a secret: it is not kept for repetitions.
    idempotent: false,
    payload: Joi.object<Wish>({
      url: Joi.string().max(2000).required(),
      description: Joi.string().allow('').max(500).default(''),
      events: eventsSchema.required(),
      includePersonal: Joi.boolean()
        .default(false)
        .description('Names, texts and whatever else is personal is left out otherwise.'),
    }),
    responses: {
      201: { description: 'Subscribed.', schema: withSecret },
      409: { description: 'There are as many as may be.' },
      422: { description: 'The address is not taken; the code says why.' },
    },
    handle: async (request) => {
      const { tenantId, actor, payload } = request
      const refusal = addressRefusal(parts, payload.url) ?? personalRefusal(actor, payload.includePersonal)
      if (refusal !== undefined) return refusal
      const secret = newSecret()
      const id = newId()
      const now = clock.now()
      const made = await database.transaction(tenantId, async (uow) => {
        if ((await Subscription.in(uow).resultSize()) >= settings.maxSubscriptions) return undefined
        const subscription = await Subscription.in(uow).insertAndFetch({
          id,
          url: payload.url,
          description: payload.description,
          events: [...payload.events],
          include_personal: payload.includePersonal,
          status: 'active',
          secret: sealSecret(sealer, tenantId, id, secret),
          ...healthColumns(HEALTHY),
          created_by: actor?.id ?? 'system',
          ...{ created_at: now, updated_at: now },
        })
        await audit.record(uow, auditEntry('webhook.created', id, request, { after: subscription }))
        return subscription
      })
      return made === undefined
        ? problem(409, 'webhooks.too-many', `A tenant may have ${settings.maxSubscriptions} webhooks.`)
        : created({ ...viewOf(made), secret })
    },
  })
}
