import Joi from 'joi'
import type { Knex } from 'knex'
import { reasonsOf } from '../config/reasons.ts'
import type { Audit, AuditActor, AuditEntry } from '../contracts/ports/audit.ts'
import { ParleyError } from '../plugin/errors.ts'
import { newId } from '../plugin/new-id.ts'
import type { Clock } from '../plugin/services.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import { type AuditKind, canonicalJson, type RecordBody, type SaltedDetail, saltedDetail } from './record-body.ts'

/** The chain of those who run the installation. */
export const PLATFORM_CHAIN = '00000000-0000-0000-0000-000000000000'

/** A record is read by people in a list: what is longer belongs elsewhere. */
const MOST_DETAIL_CHARACTERS = 64_000

/** The record of an erasure: which details are gone on purpose. */
export const ERASED = 'audit.details-erased'

const entryShape = Joi.object<AuditEntry>({
  action: Joi.string()
    .max(100)
    .pattern(/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/, 'dotted lower case, as "flag.changed"')
    .required(),
  target: Joi.object({
    kind: Joi.string().max(60).required(),
    id: Joi.string().max(200).allow('').required(),
  }).required(),
  actor: Joi.object({
    kind: Joi.string().max(20).required(),
    id: Joi.string().max(200).allow('').required(),
    ip: Joi.string().max(100).allow(''),
  }).required(),
  reason: Joi.string().max(1000).allow(''),
  chain: Joi.valid('tenant', 'platform', 'both').default('tenant'),
})

/** The `audit` port: writes through `parley.record_audit`, the only way in. */
export class AuditLog implements Audit {
  readonly #clock: Clock

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock
  }

  record(uow: UnitOfWork, entry: AuditEntry): Promise<void> {
    return this.#write(uow, 'change', entry)
  }

  access(uow: UnitOfWork, entry: Omit<AuditEntry, 'before' | 'after'>): Promise<void> {
    return this.#write(uow, 'access', entry)
  }

  async erase(uow: UnitOfWork, subjectId: string, actor: AuditActor): Promise<number> {
    let count = 0
    for (const chain of chainsOf(uow.tenantId, 'both')) {
      const { rows } = await uow.trx.raw<{ rows: [{ gone: readonly string[] }] }>(
        'select parley.erase_audit_details(?, ?, ?) as gone',
        [chain, uow.tenantId, subjectId],
      )
      const erased = rows[0].gone
      count += erased.length
      if (erased.length > 0) await append(uow, chain, { ...this.#erasure(uow, actor), erased })
    }
    return count
  }

  async #write(uow: UnitOfWork, kind: AuditKind, entry: AuditEntry): Promise<void> {
    const { before, after, ...shaped } = entry
    const { error, value } = entryShape.validate(shaped, { abortEarly: false })
    if (error) throw new ParleyError('audit.invalid', `an audit entry needs: ${reasonsOf(error).join('; ')}`)
    const { action, target, reason, chain = 'tenant' } = value
    const { ip, ...actor } = value.actor
    const detail = saltedDetail({ before, after, ...(reason ? { reason } : {}), ...(ip ? { ip } : {}) })
    if (detail !== undefined && detail.text.length > MOST_DETAIL_CHARACTERS) {
      throw new ParleyError(
        'audit.invalid',
        `the detail of ${action} may have ${MOST_DETAIL_CHARACTERS} characters, got ${detail.text.length}.`,
      )
    }
    const body = { ...this.#stamp(uow), kind, action, actor, target, detail: detail?.digest ?? null }
    for (const one of chainsOf(uow.tenantId, chain)) await append(uow, one, body, detail)
  }

  /** Without the address: what an erasure leaves behind must not need erasing. */
  #erasure(uow: UnitOfWork, { kind, id }: AuditActor): RecordBody {
    const target = { kind: 'audit-detail', id: '' }
    return { ...this.#stamp(uow), kind: 'change', action: ERASED, actor: { kind, id }, target, detail: null }
  }

  #stamp(uow: UnitOfWork): Pick<RecordBody, 'v' | 'id' | 'at' | 'tenant'> {
    return { v: 1, id: newId(), at: this.#clock.now().toISOString(), tenant: uow.tenantId }
  }
}

/** The tenant's chain before the platform's, always, so that no two writers wait for each other. */
function chainsOf(tenantId: string, chain: 'tenant' | 'platform' | 'both'): ReadonlySet<string> {
  return new Set([...(chain === 'platform' ? [] : [tenantId]), ...(chain === 'tenant' ? [] : [PLATFORM_CHAIN])])
}

async function append(uow: UnitOfWork, chain: string, body: RecordBody, detail?: SaltedDetail): Promise<void> {
  await uow.trx.raw('select parley.record_audit(?, ?, ?, ?)', [
    ...[chain, canonicalJson(body)],
    ...(detail === undefined ? [null, null] : [detail.salt, detail.text]),
  ] as readonly Knex.RawBinding[])
}
