import { created, defineRoute, type NewChannelTemplate, type Route } from '@parley/core'
import Joi from 'joi'
import { applySubmitted } from '../../sync/apply.ts'
import { requestSync } from '../../sync/events.ts'
import { auditEntry } from '../audit-entry.ts'
import { actorId, notFound, type RouteContext } from '../context.ts'
import { category, language, uuid } from '../schemas.ts'
import { copyView } from '../view.ts'
import { components, copySchema, PATH } from './schemas.ts'
import { notWritable, noVendor, refusedBy, VENDOR_ANSWERS, vendorOf } from './vendor.ts'

interface Submission extends NewChannelTemplate {
  readonly connectionId: string
}

/** The vendor is asked first: what it refuses never was a template. A repeat of a submission is refused by the vendor's own key. */
export function submitRoute(context: RouteContext): Route {
  const { audit, clock, database, settings } = context
  return defineRoute({
    method: 'POST',
    path: PATH,
    id: 'submitChannelTemplate',
    summary: 'Hands a template in at the vendor; it can be sent once it is approved.',
    tags: ['templates'],
    access: { permission: 'templates.write' },
    payload: Joi.object<Submission>({
      connectionId: uuid.required(),
      name: Joi.string().min(1).max(512).required(),
      language: language.required(),
      category: category.required(),
      components: components.required(),
    }),
    responses: { 201: { description: 'The template, waiting for approval.', schema: copySchema }, ...VENDOR_ANSWERS },
    handle: async (request) => {
      const { tenantId, payload, correlationId } = request
      const { connectionId, ...template } = payload
      const vendor = await vendorOf(context, tenantId, connectionId)
      if (vendor === undefined) return noVendor(connectionId)
      const { connection, writes } = vendor
      if (writes.submit === undefined) return notWritable(vendor)
      const signal = AbortSignal.timeout(settings.writeTimeoutMs)
      const result = await writes.submit({ connection, template, signal })
      if (!result.ok && result.failure !== 'retryable') return refusedBy(result)
      return database.transaction(
        tenantId,
        async (uow) => {
          uow.publish(requestSync(connectionId, 'asked'))
          if (!result.ok) return refusedBy(result)
          const { externalId = '', status = 'pending', category: filed = template.category.toLowerCase() } = result
          const taken = { ...template, externalId, status, category: filed }
          const copy = await applySubmitted(uow, connection, taken, { by: actorId(request.actor), now: clock.now() })
          if (copy === undefined) return notFound(externalId)
          await audit.record(uow, auditEntry('template.created', copy.id, request, { after: copy }))
          return created(copyView(copy), { location: `${PATH}/${copy.id}` })
        },
        { correlationId },
      )
    },
  })
}
