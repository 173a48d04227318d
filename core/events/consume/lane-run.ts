import type { Knex } from 'knex'
import type { LogRecord } from '../../contracts/ports/event-transport.ts'
import { PendingWork } from '../../data/pending-work.ts'
import { enterTenant } from '../../data/tenant-setting.ts'
import { withTransaction } from '../../data/transaction.ts'
import { UnavailableError } from '../../plugin/errors.ts'
import { toRecord } from '../log-row.ts'
import { laneKeyOf, Settlement } from '../store/settlement.ts'
import type { LaneClaim, LaneRequest } from '../store/work-store.ts'
import { BatchFailed, BatchRun } from './batch-run.ts'
import type { ConsumerParts } from './consumer.ts'
import type { Group } from './group.ts'
import type { HandlerCall } from './handler-call.ts'
import { delivery } from './serial-transaction.ts'
import { sortRecords } from './sort-records.ts'
import type { Attempt } from './tenant-batches.ts'
import { buryUndecodable, settleLaneFailure } from './verdict.ts'

export interface LaneResult {
  readonly tenant: string
  /** Lanes that were claimed; 0 when others hold them all. */
  readonly lanes: number
  readonly firstDue: number | undefined
}

/**
 * One transaction over waiting events of one tenant: claims due lanes, handles their events in order, deletes them with
 * the effect. Events of lanes that never failed go as a batch; a lane that has failed tries its first event alone.
 */
export class LaneRun {
  readonly #parts: ConsumerParts
  readonly #group: Group
  readonly #call: HandlerCall

  constructor(parts: ConsumerParts, group: Group, call: HandlerCall) {
    this.#parts = parts
    this.#group = group
    this.#call = call
  }

  /**
   * @param onClaim told the tenant before anything is handled, so that other runs take another one
   * @returns `undefined` when nothing is due
   * @throws BatchFailed when a handler overran, or the transaction failed at its end; UnavailableError
   */
  async run(request: LaneRequest, onClaim: (tenant: string) => void): Promise<LaneResult | undefined> {
    const pending = new PendingWork(this.#parts.appender)
    const { knex, log, crashPoint } = this.#parts
    const taken: Attempt[] = []
    let result: LaneResult | undefined
    try {
      const limits = { statementTimeoutMs: request.timeoutMs }
      result = await withTransaction(knex, (trx) => this.#inside(trx, pending, request, onClaim, taken), limits)
    } catch (error) {
      if (error instanceof UnavailableError || error instanceof BatchFailed || taken.length === 0) throw error
      throw new BatchFailed(taken, false, error)
    }
    await crashPoint('committed')
    pending.committed((error) => log.error({ group: this.#group.name, err: error }, 'an after-commit effect threw'))
    return result
  }

  async #inside(
    trx: Knex.Transaction,
    pending: PendingWork,
    request: LaneRequest,
    onClaim: (tenant: string) => void,
    taken: Attempt[],
  ): Promise<LaneResult | undefined> {
    const { workStore, clock, appender, tracing, crashPoint } = this.#parts
    const { name, batch } = this.#group
    const claim = await workStore.laneBegin(trx, name, request)
    if (claim === undefined) return undefined
    onClaim(claim.tenant)
    if (claim.lanes.length === 0) return { tenant: claim.tenant, lanes: 0, firstDue: undefined }
    await crashPoint('begun')
    const settlement = new Settlement()
    const { fresh, retries } = await this.#plan(claim, settlement)
    taken.push(...fresh, ...retries)
    await enterTenant(trx, claim.tenant)
    const run = new BatchRun({ call: this.#call, appender, batch }, trx, pending, claim.tenant)
    const groups = [fresh, ...retries.map((retry) => [retry])]
    const failed = await tracing.process(name, taken, () => this.#handle(run, claim.tenant, groups, settlement))
    for (const lane of claim.lanes) {
      if (!failed.has(`${lane.t}\n${lane.k}`)) settlement.released({ topic: lane.t, key: lane.k })
    }
    await crashPoint('handled')
    await workStore.settle(trx, name, clock.now(), settlement)
    await pending.append(trx)
    await crashPoint('before-commit')
    return { tenant: claim.tenant, lanes: claim.lanes.length, firstDue: settlement.firstDue }
  }

  /** @returns the lanes whose first event failed */
  async #handle(
    run: BatchRun,
    tenantId: string,
    groups: readonly (readonly Attempt[])[],
    settlement: Settlement,
  ): Promise<ReadonlySet<string>> {
    const failed = new Set<string>()
    const left = new Set<Attempt>()
    for (const events of groups) {
      if (events.length === 0) continue
      await run.careful(
        [{ tenantId, events }],
        (event, error) => {
          const { topic, key } = laneKeyOf(delivery(event))
          failed.add(`${topic}\n${key}`)
          left.add(event)
          settleLaneFailure(settlement, this.#group, this.#parts.clock, delivery(event), error)
          return true
        },
        (event) => left.add(event),
      )
      for (const event of events) {
        if (!left.has(event)) settlement.handled(laneKeyOf(delivery(event)), event.position.off)
      }
    }
    return failed
  }

  /** Sorts what waits once more: the plugin may be off by now, the event gone. */
  async #plan(claim: LaneClaim, settlement: Settlement): Promise<{ fresh: Attempt[]; retries: Attempt[] }> {
    const tries = new Map(claim.lanes.map((lane) => [`${lane.t}\n${lane.k}`, lane.a]))
    const keys = new Map(claim.events.map((row) => [`${row.topic}/${row.part}/${row.off}`, row.key]))
    const records: LogRecord[] = claim.events.map(toRecord)
    const sorted = await sortRecords(this.#parts, this.#group, records)
    for (const { position, record } of sorted.undecodable) buryUndecodable(settlement, position, record)
    for (const position of sorted.passedOver) {
      const key = keys.get(`${position.topic}/${position.part}/${position.off}`) ?? ''
      settlement.handled({ topic: position.topic, key }, position.off)
    }
    const fresh: Attempt[] = []
    const retries: Attempt[] = []
    for (const { position, event } of sorted.wanted) {
      const failures = tries.get(`${position.topic}\n${event.partitionkey}`) ?? 0
      if (failures === 0) fresh.push({ position, event, attempt: 1 })
      else retries.push({ position, event, attempt: failures + 1 })
    }
    return { fresh, retries }
  }
}
