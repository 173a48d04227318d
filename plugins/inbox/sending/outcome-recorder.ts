import { setTimeout as pause } from 'node:timers/promises'
import { UnavailableError } from '@parley/core'
import { MicroBatch } from '../operators/micro-batch.ts'
import { type RecordParts, recordOutcomes, type SendOutcome } from './record-outcomes.ts'

/**
 * Records outcomes in batches, and does not let go of one easily: what a vendor answered is known here only, and a send
 * whose outcome is lost ends as `unknown`. While the database is away it waits; when a batch cannot be written, each of
 * its outcomes is written alone, so that a strange one spoils nothing but itself.
 */
export class OutcomeRecorder {
  readonly #parts: RecordParts
  readonly #batches: MicroBatch<SendOutcome, void>
  readonly #waitMs: number

  constructor(parts: RecordParts, options: { readonly most: number; readonly waitMs: number }) {
    this.#parts = parts
    this.#waitMs = options.waitMs
    this.#batches = new MicroBatch(options.most, async (tenantId, outcomes) => {
      await recordOutcomes(parts, tenantId, outcomes)
      return outcomes.map(() => undefined)
    })
  }

  /** @throws whatever keeps a single outcome from being written, and the outage when `signal` aborts first */
  async record(tenantId: string, outcome: SendOutcome, signal: AbortSignal): Promise<void> {
    try {
      await this.#patiently(signal, () => this.#batches.add(tenantId, outcome))
    } catch (error) {
      if (error instanceof UnavailableError) throw error
      await this.#patiently(signal, () => recordOutcomes(this.#parts, tenantId, [outcome]))
    }
  }

  async #patiently(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof UnavailableError) || signal.aborted) throw error
        await pause(this.#waitMs)
      }
    }
  }
}
