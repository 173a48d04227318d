import { defineRoute, ok, type Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { changedDefinition, newDefinition } from '../definition.ts'
import { documentedRefusals, faulty, refused } from './refusals.ts'
import { keyParams, trialBody, trialSchema } from './schemas.ts'

export function tryFlag({ admin, clock }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/admin/flags/{key}/try-out',
    id: 'tryFlag',
    summary: 'Which tenants a change of a flag would give another variant, now or at a moment to come. Stores nothing.',
    tags: ['flags'],
    access: { permission: 'admin.flags.read' },
    idempotent: false,
    params: keyParams,
    payload: trialBody,
    responses: { 200: { description: 'Who would change.', schema: trialSchema }, ...documentedRefusals },
    handle: async ({ params: { key }, payload: { at, ...fields } }) => {
      const current = admin.flags().find(({ definition }) => definition.key === key)?.definition
      const definition = current === undefined ? newDefinition(key, fields) : changedDefinition(current, fields)
      const fault = faulty(definition)
      if (fault !== undefined) return fault
      const trial = await admin.tryOut(definition, at === undefined ? clock.now() : new Date(at))
      if (!trial.ok) return refused(trial)
      const { tenants, changed, effects } = trial
      return ok({ tenants, changed, effects })
    },
  })
}
