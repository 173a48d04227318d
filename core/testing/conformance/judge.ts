import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../../plugin/errors.ts'
import { ConformanceBench } from './bench.ts'
import { CASES, type CaseName } from './case-names.ts'
import { channelCases } from './cases/index.ts'
import type { ChannelDriver } from './driver.ts'
import { HINTS } from './hints.ts'

/** How a case went. `missing` says where the channel's author goes on. */
export type Verdict =
  | { readonly verdict: 'passed'; readonly ms: number }
  | { readonly verdict: 'not-applicable'; readonly because: string }
  | { readonly verdict: 'failed'; readonly reason: string; readonly missing: string }

/** Every case of one channel. A channel that does not even start fails them all. */
export interface Judgement {
  readonly channel: string
  readonly verdicts: Readonly<Record<CaseName, Verdict>>
}

export interface JudgeOptions {
  /** Real time that a case may take. Default 60 000. */
  readonly caseMs?: number
  /** Called after each case. */
  readonly onVerdict?: (name: CaseName, verdict: Verdict) => void
}

export const CASE_NAMES = Object.keys(CASES) as readonly CaseName[]

/** Plays all cases against a channel, outside of any test runner. */
export async function judgeChannel(driver: ChannelDriver, options: JudgeOptions = {}): Promise<Judgement> {
  const { caseMs = 60_000, onVerdict } = options
  const verdicts: Partial<Record<CaseName, Verdict>> = {}
  const opened = await ConformanceBench.open(driver).catch((error: unknown) => new Error(reasonOf(error)))
  for (const name of CASE_NAMES) {
    const verdict = await judgeCase(name, driver, opened, caseMs)
    verdicts[name] = verdict
    onVerdict?.(name, verdict)
  }
  if (!(opened instanceof Error)) await opened.close()
  return { channel: driver.name, verdicts: verdicts as Record<CaseName, Verdict> }
}

async function judgeCase(
  name: CaseName,
  driver: ChannelDriver,
  bench: ConformanceBench | Error,
  caseMs: number,
): Promise<Verdict> {
  const because = driver.notApplicable?.[name]
  if (because !== undefined) return { verdict: 'not-applicable', because }
  if (bench instanceof Error) return failed(name, `the channel does not start: ${bench.message}`)
  const started = performance.now()
  const timer = new AbortController()
  try {
    const late = sleep(caseMs, undefined, { signal: timer.signal }).then(() => {
      throw new Error(`not through after ${caseMs} ms`)
    })
    late.catch(() => undefined) // Aborted once the case is through; then nobody waits for it.
    await Promise.race([channelCases[name](bench), late])
    return { verdict: 'passed', ms: Math.round(performance.now() - started) }
  } catch (error) {
    return failed(name, reasonOf(error))
  } finally {
    timer.abort()
  }
}

function failed(name: CaseName, reason: string): Verdict {
  return { verdict: 'failed', reason, missing: HINTS[name] }
}
