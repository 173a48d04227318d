import { answerEverything, call } from './api.ts'
import type { Generator } from './generator/generator.ts'
import { type Latency, summarize } from './generator/latency.ts'
import type { LoadResult } from './generator/load.ts'
import { databaseUrl, type Program, type Surroundings, startParley } from './programs.ts'
import { answer, type Plan } from './rounds.ts'
import { store } from './stored.ts'

export interface Growth {
  readonly stored: number
  readonly door: LoadResult
  readonly whole: LoadResult
  /** The first page of open conversations over HTTP, one after another. */
  readonly list: Latency
}

const LISTS = 400

/** The same runs over a database that already holds so many messages. */
export async function measureGrowth(
  around: Surroundings,
  generator: Generator,
  plan: Plan & { growth: readonly number[] },
): Promise<readonly Growth[]> {
  const measured: Growth[] = []
  for (const stored of plan.growth) {
    const database = `growth_${stored}`
    await prepare(around, database, stored)
    const program = await startParley(around, 'answer', database)
    try {
      measured.push(await measureSize(program, { generator, plan, stored, around }))
    } finally {
      await program.stop()
    }
  }
  return measured
}

/** Makes the tables and the demo tenant, stops, and fills them. */
async function prepare(around: Surroundings, database: string, stored: number): Promise<void> {
  const program = await startParley(around, 'answer', database)
  await answerEverything(apiOf(program))
  await program.stop()
  await store(await databaseUrl(around.adminUrl, database), apiOf(program).tenantId, stored)
}

function apiOf(program: Program): NonNullable<Program['api']> {
  if (program.api === undefined) throw new Error(`${program.name} has no API`)
  return program.api
}

async function measureSize(
  program: Program,
  size: { generator: Generator; plan: Plan; stored: number; around: Surroundings },
): Promise<Growth> {
  const whole = await answer(program, { ...size, round: 50 })
  const list = await listConversations(program)
  const door = await size.generator.run({
    target: program.target,
    seconds: size.plan.seconds,
    connections: 32,
    customers: 500,
    mode: 'acknowledge',
    run: 60,
    drainSeconds: 0,
  })
  return { stored: size.stored, door, whole, list }
}

async function listConversations(program: Program): Promise<Latency> {
  const samples: number[] = []
  for (let i = 0; i < LISTS; i += 1) {
    const began = performance.now()
    await call(apiOf(program), 'GET', '/api/conversations?status=open')
    samples.push(performance.now() - began)
  }
  return summarize(samples.slice(20))
}
