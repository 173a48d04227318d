import { isClean, type Verdict } from './checker.ts'
import type { PlannedCrash } from './crash-plan.ts'
import { type ChaosDatabase, openChaosDatabase } from './database.ts'
import type { FaultCounts, FaultOptions } from './faults.ts'
import { isCarried } from './kafka/carried-checker.ts'
import type { KafkaOptions, KafkaReport } from './kafka/kafka-run.ts'
import { createEffects, type SelfCrash } from './model.ts'
import { Run } from './run.ts'

export interface ChaosOptions {
  readonly seconds: number
  readonly seed: number
  /** One of `mutants` or `carrierMutants`. */
  readonly mutant?: string
  readonly servers?: number
  readonly clients?: number
  /** Of clients, between two calls. */
  readonly thinkMs?: number
  /** Servers kill themselves at a named moment of a consumer's work. */
  readonly crash?: SelfCrash
  /** Two servers kill themselves at each of these moments in turn; the run is over when all have fired, if not before. */
  readonly crashes?: readonly PlannedCrash[]
  /** Fault rates; what is not given is as a full run has it. */
  readonly faults?: Partial<Pick<FaultOptions, 'everyMs' | 'stops' | 'stopMs' | 'crashDatabaseMs'>>
  /** Events travel over a broker, which is hurt too. */
  readonly kafka?: KafkaOptions
  readonly keyedPauseMs?: number
  readonly keyedConcurrency?: number
  readonly zombies?: boolean
  readonly resend?: number
  readonly flaky?: number
  readonly poison?: number
  /** With fsync, as in production. */
  readonly durable?: boolean
  readonly drainSeconds?: number
}

export interface ChaosReport {
  readonly seed: number
  readonly mutant: string | undefined
  readonly verdict: Verdict
  readonly faults: FaultCounts
  readonly kafka: KafkaReport | undefined
  /** What was planned and seen. */
  readonly crashes: readonly PlannedCrash[]
  /** Servers that ended, killed or by themselves. */
  readonly deaths: number
  readonly drainMs: number
}

/** Every promise was kept, the broker's included. */
export function isCleanRun({ verdict, kafka }: ChaosReport): boolean {
  return isClean(verdict) && (kafka === undefined || isCarried(kafka.topic))
}

/** One run on a database server of its own. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const database = await openChaosDatabase(options.durable ?? true)
  try {
    return await runChaosOn(database, options)
  } finally {
    await database.close()
  }
}

/** Servers, clients and faults for a while, then quiet, drain, and the check of what is there. */
export async function runChaosOn(database: ChaosDatabase, options: ChaosOptions): Promise<ChaosReport> {
  await createEffects(database.admin)
  const run = new Run(database, options)
  try {
    await run.start()
    const [acked, faults] = await run.hurt()
    const drainMs = await run.drain()
    return await run.judge(acked, { faults, drainMs })
  } finally {
    await run.stop(1_000)
  }
}
