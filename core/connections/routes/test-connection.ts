import Joi from 'joi'
import { defineRoute, ok, type Route } from '../../plugin/route.ts'
import { maskSecrets } from '../connection-row.ts'
import { notRunning } from './connect.ts'
import type { ConnectionRouteParts } from './index.ts'
import { noSuchConnection } from './refusals.ts'
import { idParams } from './schemas.ts'

const answerSchema = Joi.object({
  ok: Joi.boolean().required(),
  title: Joi.string().allow('').description('What the vendor calls the account.'),
  detail: Joi.string().allow('').description('Why the vendor refused.'),
})

export function testConnectionRoute({ store, database, channel, testTimeoutMs }: ConnectionRouteParts): Route {
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
      200: { description: "The vendor's answer.", schema: answerSchema },
      409: { description: 'The provider is not running.' },
    },
    handle: async ({ tenantId, params: { id } }) => {
      const connection = await store.get(tenantId, id)
      if (connection === undefined) return noSuchConnection(id)
      const running = channel(connection.provider)
      if (running === undefined) return notRunning(connection.provider)
      const answer = await running.test(connection, AbortSignal.timeout(testTimeoutMs))
      if (!answer.ok) return ok({ ok: false, detail: maskSecrets(answer.detail, connection.secrets) })
      if (connection.health !== 'ok')
        await database.transaction(tenantId, (uow) => store.update(uow, id, { health: 'ok' }))
      return ok({ ok: true, title: answer.title })
    },
  })
}
