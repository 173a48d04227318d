import { definePort } from '../../plugin/port.ts'
import type { Actor, RouteRequest } from '../../plugin/route.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'

/** Who did it, by reference. The address may be personal, so it is kept where it can be erased. */
export interface AuditActor {
  readonly kind: Actor['kind']
  /** Empty for the system itself. */
  readonly id: string
  readonly ip?: string
}

/** What was done to what. Ids only: no name, no address, no text stands in a record. */
export interface AuditEntry {
  /** What happened, past tense: `flag.changed`, `tenant.suspended`. */
  readonly action: string
  readonly target: AuditTarget
  readonly actor: AuditActor
  /** JSON values, secrets left out. Kept beside the record, so that they can be erased. */
  readonly before?: unknown
  readonly after?: unknown
  readonly reason?: string
  /** Whose log it goes to. `both`: something that those who run the installation did to a tenant. Default: the tenant's. */
  readonly chain?: 'tenant' | 'platform' | 'both'
}

export interface AuditTarget {
  /** `flag`, `api-key`, `conversation`. */
  readonly kind: string
  readonly id: string
}

/**
 * The audit log: append-only, every record chained to the one before it. It is written in the caller's transaction and holds
 * the tenant's chain until that commits, so call it last.
 */
export interface Audit {
  /** Something was changed. Throws `audit.invalid`. */
  record(uow: UnitOfWork, entry: AuditEntry): Promise<void>
  /** Something sensitive was read: the data-access log. */
  access(uow: UnitOfWork, entry: Omit<AuditEntry, 'before' | 'after'>): Promise<void>
  /**
   * Erases the details of all records whose actor or target is the subject; the records stay, and the chain holds. Answers
   * how many details went.
   */
  erase(uow: UnitOfWork, subjectId: string, actor: AuditActor): Promise<number>
}

export const audit = definePort<Audit>('audit')

/** The caller of a route, as the audit log takes it. */
export function auditActor({ actor, remoteAddress }: Pick<RouteRequest, 'actor' | 'remoteAddress'>): AuditActor {
  const { kind, id } = actor ?? { kind: 'system', id: '' }
  return remoteAddress === undefined ? { kind, id } : { kind, id, ip: remoteAddress }
}
