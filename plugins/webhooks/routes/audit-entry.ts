import { type AuditEntry, auditActor, type RouteRequest } from '@parley/core'
import type { Subscription } from '../models/subscription.ts'

type Facts = Pick<Subscription, 'url' | 'events' | 'include_personal' | 'status'>

/** What somebody did to a subscription, for the audit log. Of the address the host alone: path and query may be secret. */
export function auditEntry(
  action: 'webhook.created' | 'webhook.changed' | 'webhook.deleted' | 'webhook.secret-rotated',
  id: string,
  request: Pick<RouteRequest, 'actor' | 'remoteAddress'>,
  facts: { readonly before?: Facts | undefined; readonly after?: Facts | undefined } = {},
): AuditEntry {
  const { before, after } = facts
  return {
    action,
    target: { kind: 'webhook', id },
    actor: auditActor(request),
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
  }
}

function shown({ url, events, include_personal: includePersonal, status }: Facts) {
  return { host: new URL(url).host, events, includePersonal, status }
}
