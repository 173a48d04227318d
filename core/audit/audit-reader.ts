import type { Knex } from 'knex'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import type { AuditKind, RecordBody, RecordDetail } from './record-body.ts'

/** What is looked for; all must match. */
export interface AuditFilter {
  readonly kind?: AuditKind
  readonly action?: string
  readonly actorId?: string
  readonly targetKind?: string
  readonly targetId?: string
  /** In the platform's chain: the tenant that something was done to. */
  readonly tenant?: string
  readonly from?: Date
  /** Not included. */
  readonly to?: Date
}

export interface AuditPage extends AuditFilter {
  /** The `seq` of the last record seen. */
  readonly before?: string
  readonly limit: number
}

/** A record with its detail; `erased` when there was one and it is gone. */
export interface FoundRecord {
  readonly seq: string
  readonly hash: string
  readonly body: RecordBody
  readonly detail: RecordDetail | null
  readonly erased: boolean
}

interface Row {
  readonly seq: string
  readonly body: string
  readonly hash: Buffer
  readonly detail: string | null
}

/** Searches a chain, newest first. */
export class AuditReader {
  readonly #database: Database

  constructor(options: { readonly database: Database }) {
    this.#database = options.database
  }

  list(chain: string, wanted: AuditPage): Promise<readonly FoundRecord[]> {
    return this.#database.transaction(chain, async (uow) => {
      const query = search(uow, wanted).orderBy('r.seq', 'desc').limit(wanted.limit)
      if (wanted.before !== undefined) query.where('r.seq', '<', wanted.before)
      const rows = (await query) as readonly Row[]
      return rows.map(recordOf)
    })
  }
}

const COLUMNS = {
  kind: 'r.kind',
  action: 'r.action',
  actorId: 'r.actor_id',
  targetKind: 'r.target_kind',
  targetId: 'r.target_id',
  tenant: 'r.of_tenant',
} as const satisfies Partial<Record<keyof AuditFilter, string>>

function search({ trx, tenantId }: UnitOfWork, filter: AuditFilter): Knex.QueryBuilder {
  const query = trx('parley.audit_record as r')
    .leftJoin('parley.audit_detail as d', (on) => on.on('d.tenant_id', 'r.tenant_id').andOn('d.seq', 'r.seq'))
    .where('r.tenant_id', tenantId)
    .select('r.seq', 'r.body', 'r.hash', 'd.detail')
  for (const [name, column] of Object.entries(COLUMNS)) {
    const value = filter[name as keyof typeof COLUMNS]
    if (value !== undefined) query.where(column, value)
  }
  if (filter.from !== undefined) query.where('r.at', '>=', filter.from.toISOString())
  if (filter.to !== undefined) query.where('r.at', '<', filter.to.toISOString())
  return query
}

function recordOf({ seq, body, hash, detail }: Row): FoundRecord {
  const read = JSON.parse(body) as RecordBody
  return {
    seq,
    hash: hash.toString('hex'),
    body: read,
    detail: detail === null ? null : (JSON.parse(detail) as RecordDetail),
    erased: read.detail !== null && detail === null,
  }
}
