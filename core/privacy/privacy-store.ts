import { newId } from '../plugin/new-id.ts'
import type { ErasureCounts, PersonTraces } from '../plugin/personal-data.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { KeyRing } from '../secrets/index.ts'
import type { Subject } from './traces.ts'

export type RequestKind = 'export' | 'erase'

/** `open` until every plugin has done its part; `failed`: an export that could not be made. An erasure never gives up. */
export type RequestStatus = 'open' | 'done' | 'failed'

export interface RequestRow {
  readonly tenant_id: string
  readonly id: string
  readonly kind: RequestKind
  readonly subject_kind: Subject['kind']
  readonly subject_id: string
  readonly pseudonym: string
  readonly status: RequestStatus
  readonly traces: string | null
  readonly requested_by: string
  readonly object_key: string | null
  readonly bytes: string | null
  readonly expires_at: Date | null
  readonly created_at: Date
  readonly finished_at: Date | null
}

/** How far one plugin is in one tenant. */
export interface StepRow {
  readonly request_id: string
  readonly scope: string
  readonly plugin: string
  readonly tries: number
  readonly fault: string | null
  readonly counts: ErasureCounts | null
  readonly done_at: Date | null
}

export interface ListFilter {
  readonly kind?: RequestKind
  readonly status?: RequestStatus
  readonly subjectId?: string
  /** Id of the last one seen; newest first. */
  readonly before?: string
  readonly limit: number
}

/** Requests of the unit of work's tenant and their progress. */
export class PrivacyStore {
  readonly #ring: KeyRing
  readonly #clock: Clock

  constructor(options: { readonly ring: KeyRing; readonly clock: Clock }) {
    this.#ring = options.ring
    this.#clock = options.clock
  }

  async create({ trx, tenantId }: UnitOfWork, kind: RequestKind, subject: Subject, by: string): Promise<RequestRow> {
    const row = {
      ...{ tenant_id: tenantId, id: newId(), kind, subject_kind: subject.kind, subject_id: subject.id },
      ...{ pseudonym: crypto.randomUUID(), status: 'open', requested_by: by, created_at: this.#clock.now() },
    }
    const [made] = await trx('parley.privacy_request').insert(row).returning('*')
    return made
  }

  find({ trx, tenantId }: UnitOfWork, id: string): Promise<RequestRow | undefined> {
    return trx('parley.privacy_request').where({ tenant_id: tenantId, id }).first()
  }

  async list({ trx, tenantId }: UnitOfWork, filter: ListFilter): Promise<readonly RequestRow[]> {
    const { kind, status, subjectId, before, limit } = filter
    const query = trx('parley.privacy_request').where({ tenant_id: tenantId }).orderBy('id', 'desc').limit(limit)
    if (kind !== undefined) query.where({ kind })
    if (status !== undefined) query.where({ status })
    if (subjectId !== undefined) query.where({ subject_id: subjectId })
    if (before !== undefined) query.where('id', '<', before)
    return query
  }

  async change({ trx, tenantId }: UnitOfWork, id: string, patch: Partial<RequestRow>): Promise<void> {
    await trx('parley.privacy_request').where({ tenant_id: tenantId, id }).update(patch)
  }

  async steps({ trx, tenantId }: UnitOfWork, requestId: string): Promise<readonly StepRow[]> {
    return trx('parley.privacy_step').where({ tenant_id: tenantId, request_id: requestId }).orderBy(['scope', 'plugin'])
  }

  /** What became of one try. */
  async step(uow: UnitOfWork, step: Pick<StepRow, 'request_id' | 'scope' | 'plugin'> & StepOutcome): Promise<void> {
    const { counts = null, fault = null, ...key } = step
    const now = this.#clock.now()
    const found = { fault, counts: counts === null ? null : JSON.stringify(counts), updated_at: now }
    await uow
      .trx('parley.privacy_step')
      .insert({ tenant_id: uow.tenantId, ...key, ...found, tries: 1, done_at: fault === null ? now : null })
      .onConflict(['tenant_id', 'request_id', 'scope', 'plugin'])
      .merge({ ...found, tries: uow.trx.raw('privacy_step.tries + 1'), done_at: fault === null ? now : null })
  }

  sealed(row: RequestRow, traces: PersonTraces): string {
    return this.#ring.seal(JSON.stringify(traces), placeOf(row))
  }

  tracesOf(row: RequestRow): PersonTraces | undefined {
    return row.traces === null ? undefined : (JSON.parse(this.#ring.open(row.traces, placeOf(row))) as PersonTraces)
  }
}

export interface StepOutcome {
  readonly counts?: ErasureCounts
  /** Absent: it is done. */
  readonly fault?: string
}

function placeOf({ tenant_id: tenantId, id }: RequestRow) {
  return { tenantId, purpose: 'privacy_request.traces', id }
}
