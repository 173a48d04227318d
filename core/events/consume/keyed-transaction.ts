import type { Knex } from 'knex'
import { PendingWork } from '../../data/pending-work.ts'
import { withTenant } from '../../data/transaction.ts'
import { Settlement } from '../store/settlement.ts'
import { BatchRun } from './batch-run.ts'
import type { ConsumerParts } from './consumer.ts'
import type { Group } from './group.ts'
import type { HandlerCall } from './handler-call.ts'
import { partitionName } from './partitions.ts'
import { delivery, eventName, type SerialManner } from './serial-transaction.ts'
import type { Attempt, TenantBatch } from './tenant-batches.ts'
import { itsTurn, settleFirstFailure } from './verdict.ts'

/** An event with the epoch of the cursor it was read under. */
export interface KeyedAttempt extends Attempt {
  readonly epoch: number
}

export interface KeyedBatch extends TenantBatch {
  readonly events: readonly KeyedAttempt[]
}

/**
 * One keyed transaction over some events of one tenant: claim them by done rows, check that none is below low, handle,
 * commit. An event that somebody else claimed and committed is left out: it is done.
 */
export class KeyedTransaction {
  readonly #parts: ConsumerParts
  readonly #group: Group
  readonly #call: HandlerCall

  constructor(parts: ConsumerParts, group: Group, call: HandlerCall) {
    this.#parts = parts
    this.#group = group
    this.#call = call
  }

  /**
   * When it resolves, every event of the batch is finished, by this process or another.
   *
   * @returns when the first lane opened now is due
   * @throws BatchFailed, UnavailableError, SQLSTATE PL001 for a zombie
   */
  run(batch: KeyedBatch, manner: SerialManner): Promise<number | undefined> {
    return this.#parts.tracing.process(this.#group.name, batch.events, () => this.#run(batch, manner))
  }

  async #run(batch: KeyedBatch, manner: SerialManner): Promise<number | undefined> {
    const pending = new PendingWork(this.#parts.appender)
    const { knex, log, crashPoint } = this.#parts
    const limits = { statementTimeoutMs: this.#group.timeoutMs }
    const due = await withTenant(knex, batch.tenantId, (trx) => this.#inside(trx, pending, batch, manner), limits)
    await crashPoint('committed')
    pending.committed((error) => log.error({ group: this.#group.name, err: error }, 'an after-commit effect threw'))
    return due
  }

  async #inside(
    trx: Knex.Transaction,
    pending: PendingWork,
    batch: KeyedBatch,
    manner: SerialManner,
  ): Promise<number | undefined> {
    const { workStore, clock, appender, crashPoint } = this.#parts
    const { name, timeoutMs } = this.#group
    const positions = batch.events.map(({ position, epoch }) => ({ ...position, epoch }))
    const keys = batch.events.map(({ position, event }) => ({ topic: position.topic, key: event.partitionkey }))
    const begun = await workStore.keyedBegin(trx, name, positions, keys, timeoutMs)
    await crashPoint('begun')
    const claimed = new Set(begun.claimed.map(([topic, part, off]) => `${partitionName({ topic, part })}/${off}`))
    const waiting = new Set(begun.blocked.map(([topic, key]) => `${topic}\n${key}`))
    const settlement = new Settlement()
    const ready: Attempt[] = []
    for (const event of batch.events) {
      if (!claimed.has(eventName(event))) continue
      const lane = `${event.position.topic}\n${event.event.partitionkey}`
      if (manner.divert.has(eventName(event)) && !waiting.has(lane)) {
        settlement.open(delivery(event), itsTurn(clock))
        waiting.add(lane)
      }
      if (waiting.has(lane)) settlement.park(delivery(event))
      else ready.push(event)
    }
    const run = new BatchRun({ call: this.#call, appender, batch: this.#group.batch }, trx, pending, batch.tenantId)
    const batches = [{ tenantId: batch.tenantId, events: ready }]
    if (manner.careful) {
      await run.careful(
        batches,
        (event, error) => settleFirstFailure(settlement, this.#group, clock, delivery(event), error),
        (event) => settlement.park(delivery(event)),
      )
    } else await run.straight(batches)
    await crashPoint('handled')
    if (!settlement.isEmpty) await workStore.settle(trx, name, clock.now(), settlement)
    await pending.append(trx)
    await crashPoint('before-commit')
    return settlement.firstDue
  }
}
