import { type AuditEntry, auditActor } from '../../contracts/ports/audit.ts'
import type { RouteRequest } from '../../plugin/route.ts'
import type { StoredConnection } from '../connection-row.ts'

type Caller = Pick<RouteRequest, 'actor' | 'remoteAddress'>

/** What somebody did to a connection, for the audit log: of secrets their names only. */
export function connectionEntry(
  action: `connection.${'created' | 'changed' | 'removed' | 'tested'}`,
  request: Caller,
  id: string,
  facts: { readonly before?: StoredConnection | undefined; readonly after?: StoredConnection | undefined },
): AuditEntry {
  const { before, after } = facts
  return {
    action,
    target: { kind: 'connection', id },
    actor: auditActor(request),
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
  }
}

export function endpointEntry(
  action: `endpoint.${'created' | 'changed' | 'removed'}`,
  request: Caller,
  id: string,
  after?: object,
): AuditEntry {
  const entry = { action, target: { kind: 'endpoint', id }, actor: auditActor(request) }
  return after === undefined ? entry : { ...entry, after }
}

function shown({ provider, externalId, name, endpointId, aliases, settings, secrets, health }: StoredConnection) {
  const secretNames = Object.keys(secrets).sort()
  return { provider, externalId, name, endpointId, aliases, settings, secretNames, health }
}
