import Joi from 'joi'
import type { NewConnection } from '../../contracts/ports/connections.ts'
import { created, defineRoute, ok, problem, type Reply, type Route } from '../../plugin/route.ts'
import { connectionEntry } from './audit-entry.ts'
import { askVendor, notConfirmed, notRunning } from './confirm.ts'
import type { ConnectionRouteParts } from './index.ts'
import { answering, fieldError } from './refusals.ts'
import { aliases, connectionSchema, externalId, name, newSecrets, provider, settings, testAnswer } from './schemas.ts'
import { connectionView } from './views.ts'

interface Payload extends NewConnection {
  readonly confirm: boolean
}

const fields = {
  provider: provider.required(),
  externalId: externalId.required(),
  name: name.required(),
  settings,
  secrets: newSecrets,
  endpointId: Joi.string().uuid(),
  aliases,
}

export function connectRoute(parts: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/connections',
    id: 'createConnection',
    summary: 'Connects an account of an outside system.',
    tags: ['connections'],
    access: { permission: 'connections.write' },
    payload: Joi.object<Payload>({
      ...fields,
      confirm: Joi.boolean()
        .default(false)
        .description(
          'Ask the vendor first, and connect only what it confirms. At a shared endpoint it is always asked.',
        ),
    }).required(),
    responses: {
      201: {
        description: 'The connection; its secrets are not shown again.',
        schema: connectionSchema.keys({
          title: Joi.string().allow('').description('What the vendor calls it, where it was asked.'),
        }),
      },
      409: { description: 'The account is connected already, or its provider is not running.' },
      422: { description: 'The vendor did not confirm that the credential is for this account.' },
    },
    handle: async (request) => {
      const { tenantId, origin, correlationId } = request
      const { confirm, ...connection } = request.payload
      const proof = await prove(parts, tenantId, connection, confirm)
      if ('status' in proof) return proof
      return answering(() =>
        parts.database.transaction(
          tenantId,
          async (uow) => {
            const made = await parts.store.create(uow, connection)
            await parts.audit.record(uow, connectionEntry('connection.created', request, made.id, { after: made }))
            const body = { ...connectionView(made, origin), ...proof }
            return created(body, { location: `/api/connections/${made.id}` })
          },
          { correlationId },
        ),
      )
    },
  })
}

/** For a form that shows the account's title before anything is kept. */
export function tryConnectionRoute(parts: ConnectionRouteParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/connections/test',
    id: 'tryConnection',
    summary: 'Asks the vendor about an account that is not connected yet; nothing is kept.',
    tags: ['connections'],
    access: { permission: 'connections.write' },
    idempotent: false,
    payload: Joi.object<NewConnection>(fields).required(),
    responses: {
      200: { description: "The vendor's answer.", schema: testAnswer },
      409: { description: 'The provider is not running.' },
    },
    handle: async ({ tenantId, payload }) => {
      const answer = await askVendor(parts, parts.store.draft(tenantId, payload))
      return answer === undefined ? notRunning(payload.provider) : ok(answer)
    },
  })
}

type Proof = { readonly title?: string }

/**
 * An app-level endpoint carries the accounts of many tenants, and whoever connects an account there gets its messages. So the
 * vendor is asked first whether the credential is good for the account, and aliases, which it cannot confirm, are not taken
 * from a caller.
 */
async function prove(
  parts: ConnectionRouteParts,
  tenantId: string,
  connection: NewConnection,
  confirm: boolean,
): Promise<Proof | Reply> {
  const { endpointId, provider } = connection
  const endpoint = endpointId === undefined ? undefined : await parts.store.endpoint(endpointId)
  const shared = endpoint?.tenantId === null
  if (shared && endpoint.adapter !== provider) {
    const message = `This endpoint takes accounts of "${endpoint.adapter}".`
    return problem(400, 'connections.wrong-provider', message, fieldError('provider', message))
  }
  if (shared && (connection.aliases ?? []).length > 0) {
    const message = 'An endpoint that many tenants share takes no aliases from a caller.'
    return problem(400, 'connections.aliases-refused', message, fieldError('aliases', message))
  }
  if (!shared && !confirm) return {}
  const answer = await askVendor(parts, parts.store.draft(tenantId, connection))
  if (answer === undefined) return notRunning(provider)
  return answer.ok ? { title: answer.title } : notConfirmed(answer.detail)
}
