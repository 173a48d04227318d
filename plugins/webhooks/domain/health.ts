import type { WebhooksSettings } from '../settings.ts'

/**
 * How an address has been doing. Healthy → (a try fails) failing → (`circuitFailures` in a row) paused until a moment, when
 * one delivery is tried → paused for longer, or healthy again. Failing for `disableAfterDays`, or a 410: off, for good.
 */
export interface Health {
  readonly failures: number
  readonly failingSince: Date | null
  readonly pausedUntil: Date | null
}

export const HEALTHY: Health = { failures: 0, failingSince: null, pausedUntil: null }

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly gone: boolean }

export interface Judgement {
  readonly health: Health
  /** Why the address is switched off now. */
  readonly disable?: 'failing' | 'gone'
}

const DAY = 86_400_000

type Limits = Pick<WebhooksSettings, 'circuitFailures' | 'circuitBaseMs' | 'circuitCapMs' | 'disableAfterDays'>

export function afterTry(health: Health, outcome: Outcome, now: Date, limits: Limits): Judgement {
  if (outcome.ok) return { health: HEALTHY }
  const failures = health.failures + 1
  const failingSince = health.failingSince ?? now
  const over = failures - limits.circuitFailures
  const pauseMs = Math.min(limits.circuitCapMs, limits.circuitBaseMs * 2 ** Math.min(over, 30))
  const pausedUntil = over < 0 ? null : new Date(now.getTime() + pauseMs)
  const next = { failures, failingSince, pausedUntil }
  if (outcome.gone) return { health: next, disable: 'gone' }
  if (now.getTime() - failingSince.getTime() >= limits.disableAfterDays * DAY)
    return { health: next, disable: 'failing' }
  return { health: next }
}

/**
 * When a delivery is tried again; `undefined` when it has had its tries.
 *
 * @param tries made so far
 * @param chance 0 to 1: spreads deliveries that failed together
 */
export function nextTry(tries: number, now: Date, retrySeconds: readonly number[], chance: number): Date | undefined {
  const wait = retrySeconds[tries - 1]
  return wait === undefined ? undefined : new Date(now.getTime() + wait * 1000 * (0.8 + 0.4 * chance))
}
