import { created, defineRoute, problem, type Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { newDefinition } from '../definition.ts'
import { documentedRefusals, faulty, refused } from './refusals.ts'
import { saveFlag } from './save.ts'
import { flagSchema, newFlagBody } from './schemas.ts'

export function createFlag(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/flags',
    id: 'createFlag',
    summary: 'Makes a flag. A boolean one has the variants `on` and `off` and begins with `off` for everybody.',
    tags: ['flags'],
    access: { permission: 'admin.flags.write' },
    payload: newFlagBody,
    responses: { 201: { description: 'The flag.', schema: flagSchema }, ...documentedRefusals },
    handle: async (request) => {
      const { key, ...fields } = request.payload
      if (parts.admin.flags().some(({ definition }) => definition.key === key))
        return problem(409, 'flag.exists', `There is a flag ${key} already.`)
      const definition = newDefinition(key, fields)
      const fault = faulty(definition)
      if (fault !== undefined) return fault
      const saved = await saveFlag(parts, request, key, { to: definition, revision: 0 })
      return saved.ok ? created({ ...definition, plugin: null, ...saved.standing }) : refused(saved)
    },
  })
}
