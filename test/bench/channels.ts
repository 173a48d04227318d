import { setTimeout as pause } from 'node:timers/promises'
import { answerEverything } from './api.ts'
import type { Generator } from './generator/generator.ts'
import { median } from './generator/latency.ts'
import { analyze, type Program, type Surroundings, startParley } from './programs.ts'
import { answer, type Plan, type Turn, warmUp } from './rounds.ts'

interface Measured {
  readonly perSecond: number
  readonly idleMb: number
  readonly loadedMb: number
}

interface Round {
  readonly alone: Measured
  readonly all: Measured
}

/** What every process is given before its idle memory is looked at. */
const SETTLE_MS = 2_000

/** `npm run bench -- --channels`: WhatsApp's messages with every channel loaded, beside WhatsApp alone; in turns. */
export async function benchChannels(around: Surroundings, generator: Generator, plan: Plan): Promise<void> {
  const others = await otherChannels(around)
  const alone = { PLUGINS: others.map((id) => `-${id}`).join(',') }
  const rounds: Round[] = []
  for (let round = 1; round <= plan.rounds; round += 1) {
    const turn = { around, generator, plan, round }
    // Whoever comes second meets a warmer machine, so each does in its turn.
    const first = round % 2 === 1 ? 'alone' : 'all'
    const measured: Partial<Record<keyof Round, Measured>> = {}
    for (const way of first === 'alone' ? (['alone', 'all'] as const) : (['all', 'alone'] as const))
      measured[way] = await measure(way, way === 'alone' ? alone : {}, turn)
    rounds.push(measured as Round)
  }
  print(others, rounds)
}

/** Ids of the plugins that bring channels, but for WhatsApp, as the whole house names them. */
async function otherChannels(around: Surroundings): Promise<readonly string[]> {
  const program = await startParley(around, 'answer', 'channels_all')
  try {
    const { baseUrl, apiKey } = program.api ?? {}
    const answer = await fetch(`${baseUrl}/api/admin/plugins`, { headers: { authorization: `Bearer ${apiKey}` } })
    const { items } = (await answer.json()) as { items: readonly { id: string; providers: readonly string[] }[] }
    const channels = items.filter(({ providers }) => providers.some((port) => port.startsWith('channel@')))
    return channels.map(({ id }) => id).filter((id) => id !== 'whatsapp')
  } finally {
    await program.stop()
  }
}

async function measure(way: keyof Round, env: Readonly<Record<string, string>>, turn: Turn): Promise<Measured> {
  const program: Program = await startParley(turn.around, 'answer', `channels_${way}`, env)
  try {
    if (program.api !== undefined) await answerEverything(program.api)
    await pause(SETTLE_MS)
    const idleMb = program.child.memory()
    await answer(program, warmUp(turn))
    await analyze(program)
    const { perSecond } = await answer(program, turn)
    return { perSecond, idleMb, loadedMb: program.child.memory() }
  } finally {
    await program.stop()
  }
}

function print(others: readonly string[], rounds: readonly Round[]): void {
  const line = (what: string, read: (measured: Measured) => number, better: 'more' | 'less') => ({
    '': what,
    'WhatsApp alone': median(rounds.map(({ alone }) => read(alone))).toFixed(0),
    'all channels': median(rounds.map(({ all }) => read(all))).toFixed(0),
    'ratio (goal ≥ 0.95)': median(
      rounds.map(({ alone, all }) => (better === 'more' ? read(all) / read(alone) : read(alone) / read(all))),
    ).toFixed(2),
  })
  console.log(`beside WhatsApp: ${others.join(', ')}`)
  console.table([
    line('webhook in → answer out / s', ({ perSecond }) => perSecond, 'more'),
    line('memory idle MB', ({ idleMb }) => idleMb, 'less'),
    line('memory after load MB', ({ loadedMb }) => loadedMb, 'less'),
  ])
}
