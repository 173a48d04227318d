import { accepted, defineRoute, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import { hasTemplates } from '../../jobs/sync-due.ts'
import { Sync } from '../../models/sync.ts'
import { requestSync } from '../../sync/events.ts'
import type { RouteContext } from '../context.ts'
import { uuid } from '../schemas.ts'
import { PATH, syncSchema } from './schemas.ts'

export function syncRoute({ connections, database, vendors }: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: `${PATH}/sync`,
    id: 'syncChannelTemplates',
    summary: 'Asks the vendors for their lists now; of one connection, or of all.',
    tags: ['templates'],
    access: { permission: 'templates.write' },
    payload: Joi.object<{ connectionId?: string }>({ connectionId: uuid }).allow(null),
    responses: {
      202: {
        description: 'The connections that are being synced.',
        schema: Joi.object({ connectionIds: Joi.array().items(uuid).required() }),
      },
      404: { description: 'There is no such connection, or its channel has no templates.' },
    },
    handle: async ({ tenantId, payload, correlationId }) => {
      const wanted = payload?.connectionId
      const found = (await connections.list(tenantId)).filter(hasTemplates(vendors))
      const connectionIds = found.map(({ id }) => id).filter((id) => wanted === undefined || id === wanted)
      if (wanted !== undefined && connectionIds.length === 0)
        return problem(404, 'template.connection-not-found', `No connection ${wanted} has templates.`)
      await database.transaction(
        tenantId,
        async (uow) => {
          for (const id of connectionIds) uow.publish(requestSync(id, 'asked'))
        },
        { correlationId },
      )
      return accepted({ connectionIds })
    },
  })
}

/** At most one for each connection, so one page. */
export function listSyncsRoute({ database }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: `${PATH}/syncs`,
    id: 'listChannelTemplateSyncs',
    summary: 'How the last sync of each connection went.',
    tags: ['templates'],
    access: { permission: 'templates.read' },
    responses: {
      200: {
        description: 'One for each connection that was tried.',
        schema: Joi.object({ items: Joi.array().items(syncSchema).required() }),
      },
    },
    handle: async ({ tenantId }) => {
      const syncs = await database.transaction(tenantId, async (uow) => Sync.in(uow).orderBy('connection_id'))
      return ok({ items: syncs.map(view) })
    },
  })
}

function view(sync: Sync) {
  return {
    connectionId: sync.connection_id,
    triedAt: sync.tried_at.toISOString(),
    syncedAt: sync.synced_at?.toISOString() ?? null,
    failure: sync.failure,
    detail: sync.detail,
    templates: sync.templates,
  }
}
