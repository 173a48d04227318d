import Joi from 'joi'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import type { CloudEvent, Position } from '../plugin/event.ts'
import type { Clock } from '../plugin/services.ts'
import type { ErrorChain } from './error-chain.ts'
import { toRecord } from './log-row.ts'
import type { AdminStore, DeadRow } from './store/admin-store.ts'
import type { LogStore } from './store/log-store.ts'

/** Of Postgres' `integer`. */
const MOST_PART = 2 ** 31 - 1

/** An event that a group has given up. */
export interface DeadLetterView {
  readonly group: string
  readonly position: Position
  readonly tenantId: string | null
  readonly key: string
  readonly type: string
  readonly error: ErrorChain
  readonly attempts: number
  readonly diedAt: Date
}

export interface DeadLetterDetail extends DeadLetterView {
  /** `undefined` when it cannot be decoded (see `raw`), or is no longer in the log. */
  readonly event: CloudEvent | undefined
  readonly raw: string | null
}

export interface DeadFilter {
  readonly group?: string
  readonly tenantId?: string
  readonly type?: string
  /** `cursor` of the page before. */
  readonly cursor?: string
  /** Default 50. */
  readonly limit?: number
}

export interface DeadPage {
  readonly letters: readonly DeadLetterView[]
  /** Absent on the last page. */
  readonly cursor?: string
}

export interface DeadLettersOptions {
  readonly admin: AdminStore
  readonly store: LogStore
  readonly clock: Clock
  /** Lanes were opened. */
  readonly onReplayed: (group: string) => void
}

/** What operators do with dead letters. Callers check who may see which tenant. */
export class DeadLetters {
  readonly #options: DeadLettersOptions

  constructor(options: DeadLettersOptions) {
    this.#options = options
  }

  /** Newest first. */
  async list(filter: DeadFilter = {}): Promise<DeadPage> {
    const limit = filter.limit ?? 50
    const rows = await this.#options.admin.dead({
      group: filter.group ?? null,
      tenantId: filter.tenantId ?? null,
      type: filter.type ?? null,
      after: afterOf(filter.cursor),
      limit: limit + 1,
    })
    const letters = rows.slice(0, limit).map(view)
    const last = rows[limit - 1]
    return rows.length > limit && last !== undefined ? { letters, cursor: cursorOf(last) } : { letters }
  }

  /** With the event itself, personal data and all. */
  async inspect(group: string, position: Position): Promise<DeadLetterDetail | undefined> {
    const row = await this.#options.admin.deadAt(group, position)
    if (row === undefined) return undefined
    const [stored] = await this.#options.store.at([position])
    const record = stored === undefined ? undefined : toRecord(stored)
    return { ...view(row), event: record !== undefined && 'event' in record ? record.event : undefined, raw: row.raw }
  }

  /** Handles them again, each behind what already waits of its key before it. @returns how many were put back */
  async replay(group: string, positions: readonly Position[]): Promise<number> {
    const { admin, clock, onReplayed } = this.#options
    const count = await admin.replayDead(group, positions, clock.now())
    onReplayed(group)
    return count
  }

  /** Gives them up for good; a key that one of them blocked flows on. @returns how many there were */
  async discard(group: string, positions: readonly Position[]): Promise<number> {
    const { admin, clock, onReplayed } = this.#options
    const count = await admin.discardDead(group, positions, clock.now())
    onReplayed(group)
    return count
  }
}

function view(row: DeadRow): DeadLetterView {
  return {
    group: row.grp,
    position: { topic: row.topic, part: row.part, off: BigInt(row.off) },
    tenantId: row.tenant_id,
    key: row.key,
    type: row.type,
    error: row.error,
    attempts: row.attempts,
    diedAt: row.died_at,
  }
}

const place = Joi.array<[string, string, string, number, string]>().ordered(
  Joi.string().isoDate().required(),
  Joi.string().required(),
  Joi.string().required(),
  Joi.number().integer().min(0).max(MOST_PART).required(),
  Joi.string()
    .pattern(/^[0-9]{1,18}$/)
    .required(),
)

function cursorOf({ died_at, grp, topic, part, off }: DeadRow): string {
  return encodeCursor([died_at.toISOString(), grp, topic, part, off])
}

/** Throws `cursor.invalid`. */
function afterOf(cursor: string | undefined): string | null {
  const tuple = decodeCursor(cursor, place)
  if (tuple === undefined) return null
  const [at, g, t, p, o] = tuple
  return JSON.stringify({ at, g, t, p, o })
}
