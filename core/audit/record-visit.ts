import { type Audit, auditActor } from '../contracts/ports/audit.ts'
import type { Route, RouteRequest } from '../plugin/route.ts'
import type { Database } from '../plugin/unit-of-work.ts'

/**
 * Writes a call that one of those who run the installation makes in somebody's tenant into the data-access log, the tenant's
 * and the platform's: `support.read` or `support.changed`, and which object of which route. Before the call, so that nothing
 * is seen that is not written down.
 */
export async function recordVisit(
  { database, audit }: { readonly database: Database; readonly audit: Audit },
  route: Route,
  request: RouteRequest,
): Promise<void> {
  await database.transaction(request.tenantId, (uow) =>
    audit.access(uow, {
      action: route.method === 'GET' ? 'support.read' : 'support.changed',
      target: { kind: route.id, id: objectOf(request.params) },
      actor: auditActor(request),
      chain: 'both',
    }),
  )
}

/** `/api/conversations/{id}/messages/{messageId}`: `id/messageId`. */
function objectOf(params: unknown): string {
  const parts = typeof params === 'object' && params !== null ? Object.values(params).map(String) : []
  return parts.join('/').slice(0, 200)
}
