import type { Knex } from 'knex'
import { withTransaction } from '../data/transaction.ts'
import { ParleyError, UnavailableError } from '../plugin/errors.ts'
import type { Position } from '../plugin/event.ts'
import type { AdminStore } from './store/admin-store.ts'
import type { LogStore } from './store/log-store.ts'

/** From the log's beginning, from what was stored at or after a moment, or from a place in one partition. */
export type ReplayFrom = 'earliest' | Date | Position

export interface ReplayOptions {
  /**
   * Clears what the handler made, in the transaction that sets the group back, so that there is never half of it. It
   * runs outside of any tenant: enter each one that is to be cleared (`enterTenant`), or call a function of the plugin's.
   */
  readonly truncate?: (trx: Knex.Transaction) => Promise<void>
  /** Sets a group up that does not run yet, and leaves the replayed one alone: for a second projection beside the first. */
  readonly into?: string
}

export interface ReplayParts {
  readonly knex: Knex
  readonly admin: AdminStore
  readonly store: LogStore
}

/** What replay needs to know of the group. */
export interface ReplayGroup {
  readonly name: string
  readonly topics: readonly string[]
  readonly replayable: boolean
}

/** What a plugin clears for itself may be large. */
const resetMs = 120_000

/**
 * Sets a group's cursors back, never forward. Waits for its transactions in flight, in all processes; those that hold
 * events from before find their cursors' epoch changed and start over.
 *
 * @throws ParleyError `replay.refused` for a handler that must not see old events again, `replay.topic` for a position
 * outside of its topics; UnavailableError when its handlers did not come to rest within about a minute
 */
export async function replayGroup(
  parts: ReplayParts,
  group: ReplayGroup,
  from: ReplayFrom,
  options: ReplayOptions = {},
): Promise<void> {
  if (!group.replayable && options.into === undefined) {
    throw new ParleyError(
      'replay.refused',
      `${group.name} is not replayable: its handler must not run over old events again.`,
    )
  }
  const targets = await replayTargets(parts, group, from)
  const name = options.into ?? group.name
  const reset = async (trx: Knex.Transaction) => {
    await parts.admin.close(trx, name)
    await parts.admin.reset(trx, name, targets)
    await options.truncate?.(trx)
  }
  await whenIdle(() => withTransaction(parts.knex, reset, { statementTimeoutMs: resetMs }))
}

/** Slow handlers hold their group longer than one lock may be waited for. */
async function whenIdle(work: () => Promise<void>): Promise<void> {
  for (let left = mostWaits; ; left--) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UnavailableError) || error.code !== 'database.busy' || left <= 1) throw error
    }
  }
}

/** Times the pool's lock timeout: about a minute. */
const mostWaits = 12

async function replayTargets(parts: ReplayParts, group: ReplayGroup, from: ReplayFrom): Promise<Position[]> {
  if (from !== 'earliest' && !(from instanceof Date)) {
    if (group.topics.includes(from.topic)) return [from]
    throw new ParleyError('replay.topic', `${group.name} reads ${group.topics.join(', ')}, not ${from.topic}.`)
  }
  const heads = await parts.store.heads(group.topics)
  if (from === 'earliest') return heads.map(({ topic, part }) => ({ topic, part, off: 0n }))
  const since = await parts.admin.since(group.topics, from)
  const found = new Map(since.map((position) => [`${position.topic}/${position.part}`, position.off]))
  return heads.map(({ topic, part, from: head }) => ({ topic, part, off: found.get(`${topic}/${part}`) ?? head }))
}
