import { defineRoute, ok, type Route } from '../../plugin/route.ts'
import { askVendor, notRunning } from './confirm.ts'
import type { ConnectionRouteParts } from './index.ts'
import { noSuchConnection } from './refusals.ts'
import { idParams, testAnswer } from './schemas.ts'

export function testConnectionRoute(parts: ConnectionRouteParts): Route {
  const { store, database } = parts
  return defineRoute({
    method: 'POST',
    path: '/api/connections/{id}/test',
    id: 'testConnection',
    summary: "Checks the connection's credential against the vendor. Success mends a failed connection.",
    tags: ['connections'],
    access: { permission: 'connections.write' },
    idempotent: false,
    params: idParams,
    responses: {
      200: { description: "The vendor's answer.", schema: testAnswer },
      409: { description: 'The provider is not running.' },
    },
    handle: async ({ tenantId, params: { id }, correlationId }) => {
      const connection = await store.get(tenantId, id)
      if (connection === undefined) return noSuchConnection(id)
      const answer = await askVendor(parts, connection)
      if (answer === undefined) return notRunning(connection.provider)
      if (answer.ok && connection.health !== 'ok')
        await database.transaction(tenantId, (uow) => store.update(uow, id, { health: 'ok' }), { correlationId })
      return ok(answer.ok ? { ok: true, title: answer.title } : answer)
    },
  })
}
