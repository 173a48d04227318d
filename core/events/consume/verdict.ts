import type { UndecodableRecord } from '../../contracts/ports/event-transport.ts'
import { UnavailableError } from '../../plugin/errors.ts'
import type { Delivery, Position } from '../../plugin/event.ts'
import type { Clock } from '../../plugin/services.ts'
import { retryDelay } from '../backoff.ts'
import { errorChain } from '../error-chain.ts'
import { type LaneState, laneKeyOf, type Settlement } from '../store/settlement.ts'
import type { Group } from './group.ts'

/**
 * What follows from a delivery's failure. A try that failed because something else is down costs nothing; otherwise it
 * counts, and after the policy's `max` the event is dead: its key flows on (`skip`) or waits for an operator (`block-key`).
 */
export type Verdict =
  | { readonly kind: 'retry'; readonly state: LaneState }
  | { readonly kind: 'dead'; readonly blocked: LaneState | undefined; readonly attempts: number }

/** @param attempt which try failed, from 1; @param delayMs a delay that was asked for: it costs no try either */
export function judge(
  group: Pick<Group, 'retry' | 'onDead'>,
  clock: Clock,
  attempt: number,
  error: unknown,
  delayMs?: number,
): Verdict {
  const now = clock.millis()
  const free = delayMs ?? (error instanceof UnavailableError ? error.retryAfterSeconds * 1000 : undefined)
  const chain = errorChain(error)
  if (free !== undefined) {
    return {
      kind: 'retry',
      state: { nextAt: new Date(now + free), attempt: attempt - 1, error: chain, blocked: false },
    }
  }
  if (attempt < group.retry.max) {
    const nextAt = new Date(now + retryDelay(group.retry, attempt))
    return { kind: 'retry', state: { nextAt, attempt, error: chain, blocked: false } }
  }
  const blocked = { nextAt: new Date(now), attempt, error: chain, blocked: true }
  return { kind: 'dead', attempts: attempt, blocked: group.onDead === 'block-key' ? blocked : undefined }
}

/** Its turn comes at once, after whoever is there already: how an event waits for fairness' sake. */
export function itsTurn(clock: Clock): LaneState {
  return { nextAt: clock.now(), attempt: 0, error: null, blocked: false }
}

/**
 * Writes down a failure in the normal flow. @returns true when the key now has a lane, so that its later events wait
 */
export function settleFirstFailure(
  settlement: Settlement,
  group: Group,
  clock: Clock,
  delivery: Delivery,
  error: unknown,
  delayMs?: number,
): boolean {
  const verdict = judge(group, clock, delivery.attempt, error, delayMs)
  if (verdict.kind === 'retry') {
    settlement.open(delivery, verdict.state)
    settlement.park(delivery)
    return true
  }
  bury(settlement, delivery, error, verdict.attempts)
  if (verdict.blocked === undefined) return false
  settlement.open(delivery, verdict.blocked)
  return true
}

/** Writes down a failure of a waiting event. @returns true when its key goes on waiting for it */
export function settleLaneFailure(
  settlement: Settlement,
  group: Group,
  clock: Clock,
  delivery: Delivery,
  error: unknown,
  delayMs?: number,
): boolean {
  const key = laneKeyOf(delivery)
  const verdict = judge(group, clock, delivery.attempt, error, delayMs)
  if (verdict.kind === 'retry') {
    settlement.failed(key, verdict.state)
    return true
  }
  bury(settlement, delivery, error, verdict.attempts)
  if (verdict.blocked === undefined) settlement.released(key)
  else settlement.failed(key, verdict.blocked)
  return verdict.blocked !== undefined
}

function bury(settlement: Settlement, delivery: Delivery, error: unknown, attempts: number): void {
  const { topic, part, off } = delivery.position
  const { tenantid, partitionkey, type } = delivery.event
  settlement.bury({
    topic,
    part,
    off,
    tenantId: tenantid,
    key: partitionkey,
    type,
    error: errorChain(error),
    attempts,
    raw: null,
  })
}

/** What cannot be understood is dead at once, with all that is known of it. */
export function buryUndecodable(settlement: Settlement, position: Position, record: UndecodableRecord): void {
  settlement.bury({
    topic: position.topic,
    part: position.part,
    off: position.off,
    tenantId: record.tenantId ?? null,
    key: record.key ?? '',
    type: record.type ?? '',
    error: [{ name: 'UndecodableEvent', code: 'event.undecodable', message: record.reason }],
    attempts: 0,
    raw: record.raw,
  })
}
