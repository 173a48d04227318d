import type { Knex } from 'knex'
import { relayGroup } from '../../../core/events/carrier/relay-store.ts'
import type { Broker } from '../../kafka/broker.ts'
import { sleep } from '../faults.ts'

/** One look at a run: how many steps were acknowledged by then, and how many events the broker had not got. */
export interface OutageSample {
  readonly phase: 'up' | 'down' | 'back'
  readonly ms: number
  readonly acked: number
  readonly lag: number
}

export interface OutageOptions {
  readonly broker: Broker
  readonly downMs: number
  /** Load before it. */
  readonly leadMs: number
  readonly sampleMs: number
}

export interface OutageParts extends OutageOptions {
  readonly admin: Knex
  readonly acked: () => number
  readonly until: () => boolean
}

/** The relay has caught up when what is left is a moment's work: under load there is always something on its way. */
const CAUGHT_UP = 50

/** Load, then a broker that is gone for a while, then load until the relay has caught up. @returns what was seen */
export async function runOutage(parts: OutageParts): Promise<readonly OutageSample[]> {
  const { broker, downMs, leadMs } = parts
  const samples: OutageSample[] = []
  const began = performance.now()
  const look = async (phase: OutageSample['phase']) => {
    const acked = parts.acked()
    const sample = { phase, ms: Math.round(performance.now() - began), acked, lag: await relayLag(parts.admin) }
    samples.push(sample)
    return sample
  }
  await watch(() => look('up'), parts, leadMs)
  await look('up')
  await broker.kill()
  await watch(() => look('down'), parts, downMs)
  // Until it serves again, which takes a while.
  let isBack = false
  const restarted = broker.restart().finally(() => {
    isBack = true
  })
  await watch(() => look('down'), { ...parts, until: () => isBack || parts.until() }, Number.POSITIVE_INFINITY)
  await restarted
  let lag = Number.POSITIVE_INFINITY
  while (lag > CAUGHT_UP && !parts.until()) {
    lag = (await look('back')).lag
    await sleep(parts.sampleMs, parts.until)
  }
  return samples
}

async function watch(look: () => Promise<unknown>, { sampleMs, until }: OutageParts, ms: number): Promise<void> {
  const end = performance.now() + ms
  const over = () => performance.now() >= end || until()
  while (!over()) {
    await look()
    await sleep(sampleMs, over)
  }
}

async function relayLag(admin: Knex): Promise<number> {
  const { rows } = await admin.raw<{ rows: { events: string }[] }>(
    'select coalesce(sum(events), 0) as events from parley.group_behind(?)',
    [relayGroup],
  )
  return Number(rows[0]?.events)
}

export interface OutageSummary {
  readonly downMs: number
  readonly ackedWhileDown: number
  /** Acknowledged steps in a second. */
  readonly rateUp: number
  readonly rateDown: number
  readonly peakLag: number
  /** From the broker's being back until the relay had caught up. */
  readonly caughtUpMs: number
  readonly lastLag: number
}

export function summarizeOutage(samples: readonly OutageSample[]): OutageSummary {
  const of = (phase: OutageSample['phase']) => samples.filter((sample) => sample.phase === phase)
  const span = (list: readonly OutageSample[]) => {
    const [first, last] = [list[0], list.at(-1)]
    if (first === undefined || last === undefined) return { ms: 0, acked: 0 }
    return { ms: last.ms - first.ms, acked: last.acked - first.acked }
  }
  const rate = ({ ms, acked }: { ms: number; acked: number }) => (ms === 0 ? 0 : Math.round((acked * 1000) / ms))
  const [up, down, back] = [span(of('up')), span(of('down')), span(of('back'))]
  return {
    downMs: down.ms,
    ackedWhileDown: down.acked,
    rateUp: rate(up),
    rateDown: rate(down),
    peakLag: Math.max(0, ...samples.map(({ lag }) => lag)),
    caughtUpMs: back.ms,
    lastLag: samples.at(-1)?.lag ?? Number.NaN,
  }
}
