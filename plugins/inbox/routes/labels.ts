import { defineRoute, noContent, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import { Label } from '../models/label.ts'
import type { RouteContext } from './context.ts'
import { labelName } from './schemas.ts'

const labelSchema = Joi.object({
  name: Joi.string().required(),
  color: Joi.string().allow(null).required(),
}).label('Label')
const nameParams = Joi.object<{ name: string }>({ name: labelName.required() })

/** A tenant has some dozens of labels: they come all at once. */
const MOST_LABELS = 1000

export function labelRoutes(context: RouteContext): Route[] {
  return [listLabels(context), putLabel(context), deleteLabel(context)]
}

function listLabels({ database }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/labels',
    id: 'listLabels',
    summary: 'All labels by name.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    responses: {
      200: { description: 'Labels.', schema: Joi.object({ items: Joi.array().items(labelSchema).required() }) },
    },
    handle: async ({ tenantId }) => {
      const rows = await database.transaction(tenantId, async (uow) => Label.in(uow).orderBy('name').limit(MOST_LABELS))
      return ok({ items: rows.map(({ name, color }) => ({ name, color })) })
    },
  })
}

function putLabel({ database, clock }: RouteContext): Route {
  return defineRoute({
    method: 'PUT',
    path: '/api/labels/{name}',
    id: 'putLabel',
    summary: 'Makes a label, or changes its colour.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: nameParams,
    payload: Joi.object<{ color: string | null }>({
      color: Joi.string()
        .pattern(/^#[0-9a-f]{6}$/i, 'a colour like #aabbcc')
        .allow(null)
        .default(null),
    }),
    responses: { 200: { description: 'The label.', schema: labelSchema } },
    handle: async ({ tenantId, params: { name }, payload: { color } }) => {
      await database.transaction(tenantId, (uow) =>
        uow
          .trx('inbox.label')
          .insert({ tenant_id: tenantId, name, color, created_at: clock.now() })
          .onConflict(['tenant_id', 'name'])
          .merge({ color }),
      )
      return ok({ name, color })
    },
  })
}

function deleteLabel({ database }: RouteContext): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/labels/{name}',
    id: 'deleteLabel',
    summary: 'Deletes a label and takes it off all conversations.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: nameParams,
    responses: { 204: { description: 'Deleted.' }, 404: { description: 'There is no such label.' } },
    handle: async ({ tenantId, params: { name } }) => {
      const count = await database.transaction(tenantId, async (uow) => Label.in(uow).where({ name }).delete())
      return count === 0 ? problem(404, 'inbox.label-not-found', `There is no label "${name}".`) : noContent()
    },
  })
}
