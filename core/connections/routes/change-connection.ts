import Joi from 'joi'
import { defineRoute, noContent, ok, problem, type Route } from '../../plugin/route.ts'
import type { ConnectionRouteParts } from './index.ts'
import { answering, fieldError } from './refusals.ts'
import { aliases, connectionSchema, idParams, name, secretsPatch, settings } from './schemas.ts'
import { connectionView } from './views.ts'

interface ConnectionPatch {
  readonly name?: string
  readonly settings?: Record<string, unknown>
  readonly secrets?: Record<string, string | null>
  readonly aliases?: readonly string[]
}

const tags = ['connections']
const access = { permission: 'connections.write' }

export function changeConnectionRoutes(parts: ConnectionRouteParts): readonly Route[] {
  return [changeRoute(parts), removeRoute(parts)]
}

function changeRoute({ store, database }: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/connections/{id}',
    id: 'updateConnection',
    summary: 'Changes a connection; what is not named stays.',
    tags,
    access,
    params: idParams,
    payload: Joi.object<ConnectionPatch>({ name, settings, secrets: secretsPatch, aliases }).min(1).required(),
    responses: { 200: { description: 'The connection as it is now.', schema: connectionSchema } },
    handle: async ({ tenantId, params: { id }, payload }) =>
      answering(async () => {
        const endpointId = (await store.get(tenantId, id))?.endpointId ?? undefined
        const endpoint = endpointId === undefined ? undefined : await store.endpoint(endpointId)
        if (payload.aliases !== undefined && endpoint?.tenantId === null) {
          const message = 'An endpoint that many tenants share takes no aliases from a caller.'
          return problem(400, 'connections.aliases-refused', message, fieldError('aliases', message))
        }
        const changed = await database.transaction(tenantId, (uow) => store.update(uow, id, payload))
        return ok(connectionView(changed))
      }),
  })
}

function removeRoute({ store, database }: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/connections/{id}',
    id: 'removeConnection',
    summary: 'Disconnects an account and destroys its secrets. Its conversations stay.',
    tags,
    access,
    params: idParams,
    responses: { 204: { description: 'It is disconnected.' } },
    handle: async ({ tenantId, params: { id } }) =>
      answering(async () => {
        await database.transaction(tenantId, (uow) => store.remove(uow, id))
        return noContent()
      }),
  })
}
