import { defineRoute, ok, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { newSecret } from '../domain/signature.ts'
import { Subscription } from '../models/subscription.ts'
import { sealSecret } from '../secrets.ts'
import { auditEntry } from './audit-entry.ts'
import { noSubscription } from './refusals.ts'
import { idParams, TAGS, viewOf, withSecret } from './schemas.ts'

const HOUR = 3_600_000

export function rotateSecret({ database, clock, sealer, settings, audit }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/webhooks/{id}/rotate-secret',
    id: 'rotateWebhookSecret',
    summary: 'Makes a new secret, shown this once. For some hours the old one signs too.',
    tags: TAGS,
    access: { permission: 'webhooks.write' },
    // The answer holds a secret: it is not kept for repetitions.
    idempotent: false,
    params: idParams,
    payload: Joi.object<{ overlapHours: number }>({
      overlapHours: Joi.number()
        .min(0)
        .max(settings.maxRotationHours)
        .default(settings.rotationHours)
        .description('0 when the old one is known to somebody else.'),
    }).default({ overlapHours: settings.rotationHours }),
    responses: {
      200: { description: 'The webhook with its new secret.', schema: withSecret },
      404: { description: 'There is none.' },
    },
    handle: async (request) => {
      const { tenantId, params, payload } = request
      const secret = newSecret()
      const now = clock.now()
      const rotated = await database.transaction(tenantId, async (uow) => {
        const found = await Subscription.in(uow).findOne({ id: params.id }).forUpdate()
        if (found === undefined) return undefined
        const old = payload.overlapHours > 0
        await Subscription.in(uow)
          .where({ id: found.id })
          .patch({
            secret: sealSecret(sealer, tenantId, found.id, secret),
            old_secret: old ? found.secret : null,
            old_secret_until: old ? new Date(now.getTime() + payload.overlapHours * HOUR) : null,
            updated_at: now,
          })
        const rotatedNow = await Subscription.in(uow).findOne({ id: found.id })
        await audit.record(uow, auditEntry('webhook.secret-rotated', found.id, request))
        return rotatedNow
      })
      return rotated === undefined ? noSubscription(params.id) : ok({ ...viewOf(rotated), secret })
    },
  })
}
