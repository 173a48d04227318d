import { defineRoute, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import { undoMerge } from '../merging/undo-merge.ts'
import type { RouteContext } from './context.ts'
import { idParams } from './schemas.ts'

export function undoMergeRoute({ database, clock }: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/merges/{id}/undo',
    id: 'undoMerge',
    summary: 'Takes a merge back: identities and conversations go where they were.',
    tags: ['contacts'],
    access: { permission: 'contacts.write' },
    params: idParams,
    responses: {
      200: {
        description: 'The two contacts, apart again.',
        schema: Joi.object({ sourceId: Joi.string().uuid().required(), targetId: Joi.string().uuid().required() }),
      },
      404: { description: 'There is no such merge.' },
      409: { description: 'The merge was undone before.' },
    },
    handle: async ({ tenantId, params, actor, correlationId }) => {
      const undo = { mergeId: params.id, by: actor?.id ?? 'system' }
      const result = await database.transaction(tenantId, (uow) => undoMerge(uow, undo, clock), { correlationId })
      if (result.ok) return ok({ sourceId: result.sourceId, targetId: result.targetId })
      return problem(result.reason === 'merge-not-found' ? 404 : 409, `contact.${result.reason}`, result.detail)
    },
  })
}
