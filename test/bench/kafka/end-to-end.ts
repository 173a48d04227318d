import { setTimeout as pause } from 'node:timers/promises'
import { newPrefix } from '../../kafka/prefix.ts'
import { answerEverything } from '../api.ts'
import type { Generator } from '../generator/generator.ts'
import type { LoadResult } from '../generator/load.ts'
import { analyze, type Program, type Surroundings, startParley } from '../programs.ts'

/** One or two processes that read the log, or two over Kafka. */
export const ways = ['one embedded', 'two embedded', 'two over Kafka'] as const

export type Way = (typeof ways)[number]

export interface Measured {
  /** As fast as customers get their answers. */
  readonly whole: LoadResult
  /** 50 messages a second, where latencies are not queueing. */
  readonly calm: LoadResult
}

export type EndToEnd = Readonly<Record<Way, Measured>>

export interface EndToEndPlan {
  readonly around: Surroundings
  readonly generator: Generator
  readonly brokers: string
  readonly rounds: number
  readonly seconds: number
}

const CONNECTIONS = 32
const CUSTOMERS = 256
const WARM_UP_SECONDS = 4
/** Leases are shared out, and followers have their places. */
const SETTLE_MS = 4_000

export async function measureEndToEnd(plan: EndToEndPlan): Promise<readonly EndToEnd[]> {
  const rounds: EndToEnd[] = []
  for (let round = 1; round <= plan.rounds; round += 1) {
    const measured: Partial<Record<Way, Measured>> = {}
    for (const way of ways) measured[way] = await measureWay(plan, way, round)
    rounds.push(measured as EndToEnd)
  }
  return rounds
}

async function measureWay(plan: EndToEndPlan, way: Way, round: number): Promise<Measured> {
  const database = `e2e_${way.replaceAll(' ', '_').toLowerCase()}`
  const kafka = way === 'two over Kafka' ? { KAFKA_BROKERS: plan.brokers, KAFKA_TOPIC_PREFIX: newPrefix() } : {}
  const programs: Program[] = []
  try {
    for (let i = 0; i < (way === 'one embedded' ? 1 : 2); i += 1) {
      programs.push(await startParley(plan.around, 'answer', database, kafka))
    }
    const [first, ...others] = programs
    if (first?.api === undefined) throw new Error('Parley has no API')
    await answerEverything(first.api)
    await pause(SETTLE_MS)
    const run = (seconds: number, serial: number, rate?: number) =>
      plan.generator.run({
        ...{ target: first.target, others: others.map(({ target }) => target), seconds },
        ...{ connections: CONNECTIONS, customers: CUSTOMERS, mode: 'answer', drainSeconds: 15 },
        ...(rate === undefined ? {} : { rate }),
        run: round * 10 + serial,
      })
    await run(WARM_UP_SECONDS, 0)
    await analyze(first)
    const whole = await run(plan.seconds, 1)
    return { whole, calm: await run(plan.seconds, 2, 50) }
  } finally {
    for (const program of programs) await program.stop()
  }
}
