import type { Knex } from 'knex'
import { PendingWork } from '../../data/pending-work.ts'
import { withTenant, withTransaction } from '../../data/transaction.ts'
import type { Delivery } from '../../plugin/event.ts'
import { Settlement } from '../store/settlement.ts'
import { BatchRun } from './batch-run.ts'
import type { ConsumerParts } from './consumer.ts'
import type { Group } from './group.ts'
import type { HandlerCall } from './handler-call.ts'
import { partitionName } from './partitions.ts'
import type { SerialChunk } from './serial-chunk.ts'
import { type Attempt, byTenant } from './tenant-batches.ts'
import { buryUndecodable, itsTurn, settleFirstFailure } from './verdict.ts'

export interface SerialResult {
  /** Names of the partitions whose events were this transaction's. */
  readonly advanced: ReadonlySet<string>
  /** When the first of the lanes opened now is due, in the clock's milliseconds. */
  readonly firstDue: number | undefined
}

/** How this try differs from the usual. */
export interface SerialManner {
  readonly careful: boolean
  /** Events that go to lanes unhandled: a batch that ran late, or a tenant that takes more than its turn. */
  readonly divert: ReadonlySet<string>
}

/** `<topic>/<part>/<off>` */
export function eventName(event: { readonly position: Delivery['position'] }): string {
  return `${partitionName(event.position)}/${event.position.off}`
}

/**
 * One serial transaction:
 *
 * 1. BEGIN with the first tenant.
 * 2. `serial_begin`: the cursors move; partitions that are not ours any more fall out; keys with a lane are named.
 * 3. Handlers, tenant after tenant, over what is left.
 * 4. `settle`, if anything waits or died; the published events' append.
 * 5. COMMIT: effects, progress, waiting and published events become true together.
 */
export class SerialTransaction {
  readonly #parts: ConsumerParts
  readonly #group: Group
  readonly #call: HandlerCall

  constructor(parts: ConsumerParts, group: Group, call: HandlerCall) {
    this.#parts = parts
    this.#group = group
    this.#call = call
  }

  /** @throws BatchFailed, UnavailableError; anything else is a failure at the transaction's end */
  run(chunk: SerialChunk, manner: SerialManner): Promise<SerialResult> {
    return this.#parts.tracing.process(this.#group.name, chunk.wanted, () => this.#run(chunk, manner))
  }

  async #run(chunk: SerialChunk, manner: SerialManner): Promise<SerialResult> {
    const pending = new PendingWork(this.#parts.appender)
    const tenant = chunk.wanted[0]?.event.tenantid
    const work = (trx: Knex.Transaction) => this.#inside(trx, pending, tenant, chunk, manner)
    const { knex, log, crashPoint } = this.#parts
    const limits = { statementTimeoutMs: this.#group.timeoutMs }
    const result = await (tenant === undefined
      ? withTransaction(knex, work, limits)
      : withTenant(knex, tenant, work, limits))
    await crashPoint('committed')
    pending.committed((error) => log.error({ group: this.#group.name, err: error }, 'an after-commit effect threw'))
    return result
  }

  async #inside(
    trx: Knex.Transaction,
    pending: PendingWork,
    tenant: string | undefined,
    chunk: SerialChunk,
    manner: SerialManner,
  ): Promise<SerialResult> {
    const { workStore, clock, appender, crashPoint } = this.#parts
    const { name, timeoutMs, batch } = this.#group
    const keys = chunk.wanted.map(({ position, event }) => ({ topic: position.topic, key: event.partitionkey }))
    const begun = await workStore.serialBegin(trx, name, chunk.moves, keys, timeoutMs)
    await crashPoint('begun')
    const advanced = new Set(begun.advanced.map(([topic, part]) => partitionName({ topic, part })))
    const blocked = new Set(begun.blocked.map(([topic, key]) => `${topic}\n${key}`))
    const settlement = new Settlement()
    const ready = this.#ready(chunk, advanced, blocked, manner, settlement)
    const run = new BatchRun({ call: this.#call, appender, batch }, trx, pending, tenant)
    if (manner.careful) {
      await run.careful(
        byTenant(ready),
        (event, error) => settleFirstFailure(settlement, this.#group, clock, delivery(event), error),
        (event) => settlement.park(delivery(event)),
      )
    } else await run.straight(byTenant(ready))
    await crashPoint('handled')
    if (!settlement.isEmpty) await workStore.settle(trx, name, clock.now(), settlement)
    await pending.append(trx)
    await crashPoint('before-commit')
    return { advanced, firstDue: settlement.firstDue }
  }

  /** What is to be handled now; the rest is settled as waiting or dead. */
  #ready(
    chunk: SerialChunk,
    advanced: ReadonlySet<string>,
    blocked: ReadonlySet<string>,
    manner: SerialManner,
    settlement: Settlement,
  ): Attempt[] {
    const waiting = new Set(blocked)
    const ready: Attempt[] = []
    for (const { position, record } of chunk.undecodable) {
      if (advanced.has(partitionName(position))) buryUndecodable(settlement, position, record)
    }
    for (const wanted of chunk.wanted) {
      if (!advanced.has(partitionName(wanted.position))) continue
      const event = { ...wanted, attempt: 1 }
      const lane = `${wanted.position.topic}\n${wanted.event.partitionkey}`
      if (manner.divert.has(eventName(wanted)) && !waiting.has(lane)) {
        settlement.open(delivery(event), itsTurn(this.#parts.clock))
        waiting.add(lane)
      }
      if (waiting.has(lane)) settlement.park(delivery(event))
      else ready.push(event)
    }
    return ready
  }
}

/** For settling, where nobody listens to the signal. */
export function delivery(event: Attempt): Delivery {
  return { ...event, signal: never }
}

const never = new AbortController().signal
