import { type Audit, auditActor } from '../../contracts/ports/audit.ts'
import type { RouteRequest } from '../../plugin/route.ts'
import type { Database } from '../../plugin/unit-of-work.ts'
import type { WebhookLog } from './webhook-log.ts'
import type { WebhookReplay } from './webhook-replay.ts'

/** What the routes of the webhook log work with. */
export interface WebhookRouteParts {
  readonly log: WebhookLog
  readonly replay: WebhookReplay
  readonly database: Database
  readonly audit: Audit
  /** Where a connection's calls come in; `undefined` for an unknown one and for one without an endpoint. */
  endpointOf(tenantId: string, connectionId: string): Promise<string | undefined>
}

/** In a transaction of its own: the replay was committed when the log of events took it. */
export async function recordReplay(
  { database, audit }: Pick<WebhookRouteParts, 'database' | 'audit'>,
  request: Pick<RouteRequest, 'tenantId' | 'actor' | 'remoteAddress'>,
  id: string,
  after: object,
): Promise<void> {
  const entry = { action: 'webhook.replayed', target: { kind: 'webhook', id }, actor: auditActor(request), after }
  await database.transaction(request.tenantId, (uow) => audit.record(uow, entry))
}
