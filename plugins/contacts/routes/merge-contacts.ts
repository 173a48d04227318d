import { created, defineRoute, problem, type Route } from '@parley/core'
import Joi from 'joi'
import { type MergeRefusal, mergeContacts } from '../merging/merge.ts'
import type { RouteContext } from './context.ts'
import { idParams } from './schemas.ts'

const STATUS: Readonly<Record<MergeRefusal, number>> = {
  'same-contact': 422,
  'contact-not-found': 404,
  'already-merged': 409,
}

export function mergeRoute({ database, clock }: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/contacts/{id}/merge',
    id: 'mergeContacts',
    summary: 'Merges another contact into this one. It can be undone.',
    tags: ['contacts'],
    access: { permission: 'contacts.write' },
    params: idParams,
    payload: Joi.object<{ sourceId: string }>({ sourceId: Joi.string().uuid().required() }),
    responses: {
      201: {
        description: 'The merge, by the id that undoes it.',
        schema: Joi.object({ mergeId: Joi.string().uuid().required() }),
      },
      404: { description: 'One of the contacts does not exist.' },
      409: { description: 'One of the contacts is part of another already.' },
      422: { description: 'The two are the same contact.' },
    },
    handle: async ({ tenantId, params, payload, actor, correlationId }) => {
      const merge = { sourceId: payload.sourceId, targetId: params.id, by: actor?.id ?? 'system' }
      const result = await database.transaction(tenantId, (uow) => mergeContacts(uow, merge, clock), { correlationId })
      if (result.ok) return created({ mergeId: result.mergeId })
      return problem(STATUS[result.reason], `contact.${result.reason}`, result.detail)
    },
  })
}
