import { median } from '../generator/latency.ts'
import { type EndToEnd, type Measured, type Way, ways } from './end-to-end.ts'
import type { Rates } from './rates.ts'

/** Medians over the rounds; a ratio is the median of each round's own. */
export function printRates(rounds: readonly Rates[]): void {
  const line = (what: string, parley: keyof Rates, bare: keyof Rates, goal: number) => ({
    '': what,
    'kafkajs alone': median(rounds.map((round) => round[bare])).toFixed(0),
    Parley: median(rounds.map((round) => round[parley])).toFixed(0),
    'Parley ÷ kafkajs': median(rounds.map((round) => round[parley] / round[bare])).toFixed(2),
    goal: `≥ ${goal}`,
  })
  console.table([
    line('relay (kafkajs: produce) / s', 'relay', 'bareProduce', 0.7),
    line('into a handler that does nothing (kafkajs: consume) / s', 'consume', 'bareConsume', 0.5),
  ])
}

export function printEndToEnd(rounds: readonly EndToEnd[]): void {
  const row = (what: string, read: (measured: Measured) => number, digits: number) => {
    const of = (way: Way) => median(rounds.map((round) => read(round[way])))
    const ratio = (way: Way) =>
      median(rounds.map((round) => read(round['two over Kafka']) / read(round[way]))).toFixed(2)
    return {
      '': what,
      ...Object.fromEntries(ways.map((way) => [way, of(way).toFixed(digits)])),
      'Kafka ÷ two embedded': ratio('two embedded'),
      'Kafka ÷ one embedded': ratio('one embedded'),
    }
  }
  console.table([
    row('webhook in → answer out / s (goal ≥ 0.9)', ({ whole }) => whole.perSecond, 0),
    row('    acknowledgement p99 ms', ({ whole }) => whole.acknowledgement.p99, 1),
    row('    answer p99 ms', ({ whole }) => whole.answer.p99, 1),
    row('at 50 / s: acknowledgement p50 ms', ({ calm }) => calm.acknowledgement.p50, 1),
    row('at 50 / s: acknowledgement p99 ms', ({ calm }) => calm.acknowledgement.p99, 1),
    row('at 50 / s: answer p50 ms', ({ calm }) => calm.answer.p50, 1),
    row('at 50 / s: answer p99 ms', ({ calm }) => calm.answer.p99, 1),
  ])
  const runs = rounds.flatMap((round) => ways.flatMap((way) => [round[way].whole, round[way].calm]))
  const total = (read: (run: (typeof runs)[number]) => number) => runs.reduce((sum, run) => sum + read(run), 0)
  const faults = [total((run) => run.refused), total((run) => run.unanswered), total((run) => run.doubled)]
  console.log(`refused, unanswered, answered twice: ${faults.join(', ')}`)
}
