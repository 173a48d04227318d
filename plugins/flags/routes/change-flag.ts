import { defineRoute, ok, type Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { changedDefinition } from '../definition.ts'
import { documentedRefusals, faulty, noSuchFlag, refused } from './refusals.ts'
import { saveFlag } from './save.ts'
import { changeBody, flagSchema, keyParams } from './schemas.ts'

export function changeFlag(parts: Parts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/admin/flags/{key}',
    id: 'changeFlag',
    summary: 'Changes a flag; in force here at once, and everywhere within a second.',
    tags: ['flags'],
    access: { permission: 'admin.flags.write' },
    params: keyParams,
    payload: changeBody,
    responses: {
      200: { description: 'The flag as it is now.', schema: flagSchema },
      404: { description: 'There is no such flag.' },
      ...documentedRefusals,
    },
    handle: async (request) => {
      const { key } = request.params
      const { revision, ...fields } = request.payload
      const current = parts.admin.flags().find(({ definition }) => definition.key === key)
      if (current === undefined) return noSuchFlag(key)
      const definition = changedDefinition(current.definition, fields)
      const fault = faulty(definition)
      if (fault !== undefined) return fault
      // What is laid over an older state than the newest would undo somebody's change.
      const saved = await saveFlag(parts, request, key, { to: definition, revision: revision ?? current.revision })
      return saved.ok ? ok({ ...definition, plugin: current.plugin, ...saved.standing }) : refused(saved)
    },
  })
}
