import Joi from 'joi'
import { type ConnectionChanged, connectionChanged } from '../../contracts/events/connections.ts'
import { defineRoute, noContent, ok, problem, type Reply, type Route } from '../../plugin/route.ts'
import type { StoredConnection } from '../connection-row.ts'
import { connectionEntry } from './audit-entry.ts'
import { askVendor, notConfirmed } from './confirm.ts'
import type { ConnectionRouteParts } from './index.ts'
import { answering, fieldError, noSuchConnection } from './refusals.ts'
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

function changeRoute(parts: ConnectionRouteParts): Route {
  const { store, database, audit } = parts
  return defineRoute({
    method: 'PATCH',
    path: '/api/connections/{id}',
    id: 'updateConnection',
    summary: 'Changes a connection; what is not named stays. New secrets that the vendor confirms mend a failed one.',
    tags,
    access,
    params: idParams,
    payload: Joi.object<ConnectionPatch>({ name, settings, secrets: secretsPatch, aliases }).min(1).required(),
    responses: {
      200: { description: 'The connection as it is now.', schema: connectionSchema },
      422: { description: 'The connection had failed, and the vendor does not confirm the new secrets either.' },
    },
    handle: async (request) => {
      const { tenantId, params, payload, origin, correlationId } = request
      const before = await store.get(tenantId, params.id)
      if (before === undefined) return noSuchConnection(params.id)
      const refusal = (await refusedAliases(parts, before, payload)) ?? (await refusedSecrets(parts, before, payload))
      if (refusal !== undefined) return refusal
      const mended = isMending(before, payload) ? { health: 'ok' as const, healthDetail: '' } : {}
      return answering(() =>
        database.transaction(
          tenantId,
          async (uow) => {
            const after = await store.update(uow, params.id, { ...payload, ...mended })
            uow.publish({ type: connectionChanged, key: after.id, data: newsOf(after, payload) })
            await audit.record(uow, connectionEntry('connection.changed', request, after.id, { before, after }))
            return ok(connectionView(after, origin))
          },
          { correlationId },
        ),
      )
    },
  })
}

/** At a failed connection another secret, or setting, is somebody's try to mend it. */
function isMending(before: StoredConnection, { secrets, settings }: ConnectionPatch): boolean {
  return before.health !== 'ok' && (secrets !== undefined || settings !== undefined)
}

/** A credential that does not work either would only take longer to be noticed. */
async function refusedSecrets(
  parts: ConnectionRouteParts,
  before: StoredConnection,
  patch: ConnectionPatch,
): Promise<Reply | undefined> {
  if (!isMending(before, patch)) return undefined
  const answer = await askVendor(parts, parts.store.draftOf(before, patch))
  return answer?.ok === false ? notConfirmed(answer.detail) : undefined
}

async function refusedAliases(
  { store }: ConnectionRouteParts,
  before: StoredConnection,
  { aliases }: ConnectionPatch,
): Promise<Reply | undefined> {
  if (aliases === undefined || before.endpointId === null) return undefined
  if ((await store.endpoint(before.endpointId))?.tenantId !== null) return undefined
  const message = 'An endpoint that many tenants share takes no aliases from a caller.'
  return problem(400, 'connections.aliases-refused', message, fieldError('aliases', message))
}

function newsOf({ id, provider, name }: StoredConnection, patch: ConnectionPatch): ConnectionChanged {
  return { connectionId: id, provider, name, changed: Object.keys(patch) as ConnectionChanged['changed'] }
}

function removeRoute({ store, database, audit }: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/connections/{id}',
    id: 'removeConnection',
    summary: 'Disconnects an account and destroys its secrets. Its conversations stay; what waits to be sent fails.',
    tags,
    access,
    params: idParams,
    responses: { 204: { description: 'It is disconnected.' } },
    handle: async (request) =>
      answering(async () => {
        const { tenantId, params, correlationId } = request
        const before = await store.get(tenantId, params.id)
        await database.transaction(
          tenantId,
          async (uow) => {
            await store.remove(uow, params.id)
            await audit.record(uow, connectionEntry('connection.removed', request, params.id, { before }))
          },
          { correlationId },
        )
        return noContent()
      }),
  })
}
