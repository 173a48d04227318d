import { setTimeout as wait } from 'node:timers/promises'
import { answerEverything } from './api.ts'
import type { Generator } from './generator/generator.ts'
import type { LoadResult } from './generator/load.ts'
import { analyze, type Program, type Scope, type Surroundings, startFloor, startParley } from './programs.ts'

export interface Plan {
  readonly rounds: number
  readonly seconds: number
}

/** One program in one round. */
export interface Measured {
  /** As fast as it acknowledges, the work behind it left to another process. */
  readonly door: LoadResult
  /** Every customer waits for an answer before writing again. */
  readonly whole: LoadResult
  /** 50 messages a second, where latencies are not queueing. */
  readonly calm: LoadResult
  readonly bootMs: number
  readonly idleMb: number
  readonly loadedMb: number
}

export interface Round {
  readonly floor: Measured
  readonly parley: Measured
}

const CONNECTIONS = 32
/** Messages under way at once when saturated. */
const CUSTOMERS = 256

export async function measureRounds(around: Surroundings, generator: Generator, plan: Plan): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let round = 1; round <= plan.rounds; round += 1) {
    const floor = await measure('floor', { around, generator, plan, round })
    const parley = await measure('parley', { around, generator, plan, round })
    rounds.push({ floor, parley })
  }
  return rounds
}

export interface Turn {
  readonly around: Surroundings
  readonly generator: Generator
  readonly plan: Plan
  readonly round: number
}

async function measure(name: Program['name'], turn: Turn): Promise<Measured> {
  const door = await withProgram(name, 'acknowledge', turn.around, async (program) => {
    await acknowledge(program, warmUp(turn))
    await analyze(program)
    return acknowledge(program, turn)
  })
  return withProgram(name, 'answer', turn.around, async (program) => {
    if (program.api !== undefined) await answerEverything(program.api)
    await wait(2000)
    const idleMb = program.child.memory()
    await answer(program, warmUp(turn))
    await analyze(program)
    const whole = await answer(program, turn)
    const calm = await answer(program, turn, 50)
    return { door, whole, calm, bootMs: program.bootMs, idleMb, loadedMb: program.child.memory() }
  })
}

/** Not measured: until the code is compiled, a larger program pays more than a smaller one. Customers of its own. */
export function warmUp(turn: Turn): Turn {
  return { ...turn, plan: { ...turn.plan, seconds: 4 }, round: turn.round + 70 }
}

async function withProgram<T>(
  name: Program['name'],
  scope: Scope,
  around: Surroundings,
  work: (program: Program) => Promise<T>,
): Promise<T> {
  const program = await (name === 'floor' ? startFloor : startParley)(around, scope)
  try {
    return await work(program)
  } finally {
    await program.stop()
  }
}

function acknowledge(program: Program, { generator, plan, round }: Turn): Promise<LoadResult> {
  return generator.run({
    target: program.target,
    seconds: plan.seconds,
    connections: CONNECTIONS,
    customers: 500,
    mode: 'acknowledge',
    run: round,
    drainSeconds: 0,
  })
}

export function answer(program: Program, { generator, plan, round }: Turn, rate?: number): Promise<LoadResult> {
  return generator.run({
    target: program.target,
    seconds: plan.seconds,
    connections: CONNECTIONS,
    customers: CUSTOMERS,
    mode: 'answer',
    ...(rate === undefined ? {} : { rate }),
    run: round * 10 + (rate === undefined ? 0 : 1),
    drainSeconds: 15,
  })
}
