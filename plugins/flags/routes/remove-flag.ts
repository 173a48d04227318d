import { defineRoute, noContent, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { documentedRefusals, refused } from './refusals.ts'
import { saveFlag } from './save.ts'
import { keyParams, seenRevision } from './schemas.ts'

export function removeFlag(parts: Parts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/admin/flags/{key}',
    id: 'removeFlag',
    summary: 'Removes a flag that an admin made; one that a plugin brings goes back to what the plugin says.',
    tags: ['flags'],
    access: { permission: 'admin.flags.write' },
    params: keyParams,
    query: Joi.object<{ revision?: number }>({ revision: seenRevision }),
    responses: {
      204: { description: 'It is removed.' },
      404: { description: 'Nothing was decided about such a flag.' },
      ...documentedRefusals,
    },
    handle: async (request) => {
      const { revision } = request.query
      const saved = await saveFlag(parts, request, request.params.key, {
        to: null,
        ...(revision === undefined ? {} : { revision }),
      })
      return saved.ok ? noContent() : refused(saved)
    },
  })
}
