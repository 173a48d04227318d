import Joi from 'joi'
import type { NewConnection } from '../../contracts/ports/connections.ts'
import { created, defineRoute, problem, type Reply, type Route } from '../../plugin/route.ts'
import { maskSecrets } from '../connection-row.ts'
import type { ConnectionRouteParts } from './index.ts'
import { answering, fieldError } from './refusals.ts'
import { aliases, connectionSchema, externalId, name, newSecrets, provider, settings } from './schemas.ts'
import { connectionView } from './views.ts'

const payload = Joi.object<NewConnection>({
  provider: provider.required(),
  externalId: externalId.required(),
  name: name.required(),
  settings,
  secrets: newSecrets,
  endpointId: Joi.string().uuid(),
  aliases,
}).required()

export function connectRoute(parts: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/connections',
    id: 'createConnection',
    summary: 'Connects an account of an outside system.',
    tags: ['connections'],
    access: { permission: 'connections.write' },
    payload,
    responses: {
      201: { description: 'The connection; its secrets are not shown again.', schema: connectionSchema },
      409: { description: 'The account is connected already, or its provider is not running.' },
      422: { description: 'The vendor did not confirm that the credential is for this account.' },
    },
    handle: async ({ tenantId, payload }) => {
      const refusal = await unproven(parts, tenantId, payload)
      if (refusal !== undefined) return refusal
      return answering(async () => {
        const connection = await parts.database.transaction(tenantId, (uow) => parts.store.create(uow, payload))
        return created(connectionView(connection), { location: `/api/connections/${connection.id}` })
      })
    },
  })
}

/**
 * An app-level endpoint carries the accounts of many tenants, and whoever connects an account there gets its messages. So the
 * vendor is asked first whether the credential is good for the account, and aliases, which it cannot confirm, are not taken
 * from a caller.
 */
async function unproven(
  { store, channel, testTimeoutMs }: ConnectionRouteParts,
  tenantId: string,
  connection: NewConnection,
): Promise<Reply | undefined> {
  const { endpointId, provider, secrets = {} } = connection
  const endpoint = endpointId === undefined ? undefined : await store.endpoint(endpointId)
  if (endpoint === undefined || endpoint.tenantId !== null) return undefined
  if (endpoint.adapter !== provider) {
    const message = `This endpoint takes accounts of "${endpoint.adapter}".`
    return problem(400, 'connections.wrong-provider', message, fieldError('provider', message))
  }
  if ((connection.aliases ?? []).length > 0) {
    const message = 'An endpoint that many tenants share takes no aliases from a caller.'
    return problem(400, 'connections.aliases-refused', message, fieldError('aliases', message))
  }
  const running = channel(provider)
  if (running === undefined) return notRunning(provider)
  const signal = AbortSignal.timeout(testTimeoutMs)
  const answer = await running.test(store.draft(tenantId, connection), signal, { shared: true })
  if (answer.ok) return undefined
  return problem(
    422,
    'connections.not-confirmed',
    `The vendor did not confirm this account: ${maskSecrets(answer.detail, secrets)}`,
  )
}

export function notRunning(provider: string): Reply {
  return problem(409, 'connections.provider-not-running', `No channel "${provider}" is running.`)
}
