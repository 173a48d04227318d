import { type AuditEntry, auditActor, type RouteRequest } from '@parley/core'
import type { Template } from '../models/template.ts'

type Facts = Pick<Template, 'kind' | 'name' | 'language' | 'category' | 'archived_at'> &
  Partial<Pick<Template, 'connection_id' | 'state' | 'version'>>

/** What somebody did to a template, for the audit log. Its words stay in the template. */
export function auditEntry(
  action: 'template.created' | 'template.changed' | 'template.deleted',
  id: string,
  request: Pick<RouteRequest, 'actor' | 'remoteAddress'>,
  facts: { readonly before?: Facts | undefined; readonly after?: Facts | undefined },
): AuditEntry {
  const { before, after } = facts
  return {
    action,
    target: { kind: 'template', id },
    actor: auditActor(request),
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
  }
}

function shown({ kind, name, language, category, archived_at, connection_id, state, version }: Facts) {
  const own = { kind, name, language, category, archived: archived_at !== null, version: version ?? 1 }
  return kind === 'channel' ? { ...own, connectionId: connection_id, state } : own
}
