import { median } from './generator/latency.ts'
import type { LoadResult } from './generator/load.ts'
import type { Growth } from './growth.ts'
import type { Measured, Round } from './rounds.ts'

const of = (rounds: readonly Round[], who: keyof Round, read: (measured: Measured) => number) =>
  median(rounds.map((round) => read(round[who])))

const ratio = (rounds: readonly Round[], read: (measured: Measured) => number) =>
  median(rounds.map(({ floor, parley }) => read(parley) / read(floor)))

/** Medians over the rounds; a ratio is the median of each round's own. */
export function printRounds(rounds: readonly Round[]): void {
  const line = (what: string, read: (measured: Measured) => number, digits = 1) => ({
    '': what,
    floor: of(rounds, 'floor', read).toFixed(digits),
    Parley: of(rounds, 'parley', read).toFixed(digits),
    'Parley ÷ floor': ratio(rounds, read).toFixed(2),
  })
  const latencies = (what: string, run: (measured: Measured) => LoadResult, kind: 'acknowledgement' | 'answer') => [
    line(`${what} p50 ms`, (measured) => run(measured)[kind].p50),
    line(`${what} p99 ms`, (measured) => run(measured)[kind].p99),
  ]
  console.table([
    line('(a) acknowledgements / s', ({ door }) => door.perSecond, 0),
    ...latencies('    acknowledgement', ({ door }) => door, 'acknowledgement'),
    line('(b) webhook in → answer out / s', ({ whole }) => whole.perSecond, 0),
    ...latencies('    acknowledgement', ({ whole }) => whole, 'acknowledgement'),
    ...latencies('    answer', ({ whole }) => whole, 'answer'),
    ...latencies('at 50 / s: acknowledgement', ({ calm }) => calm, 'acknowledgement'),
    ...latencies('at 50 / s: answer', ({ calm }) => calm, 'answer'),
    line('boot to ready ms', ({ bootMs }) => bootMs, 0),
    line('memory idle MB', ({ idleMb }) => idleMb, 0),
    line('memory after load MB', ({ loadedMb }) => loadedMb, 0),
  ])
  console.log(`refused, unanswered, answered twice: ${faults(rounds)}`)
}

function faults(rounds: readonly Round[]): string {
  const runs = rounds
    .flatMap(({ floor, parley }) => [floor, parley])
    .flatMap(({ door, whole, calm }) => [door, whole, calm])
  const sum = (read: (run: LoadResult) => number) => runs.reduce((total, run) => total + read(run), 0)
  return `${sum((run) => run.refused)}, ${sum((run) => run.unanswered)}, ${sum((run) => run.doubled)}`
}

/** Each size beside the smallest. */
export function printGrowth(sizes: readonly Growth[]): void {
  const [first] = sizes
  if (first === undefined) return
  console.table(
    sizes.map((size) => ({
      stored: size.stored,
      'acknowledgements / s': size.door.perSecond.toFixed(0),
      'ack p99 ms': size.door.acknowledgement.p99.toFixed(1),
      'answers / s': size.whole.perSecond.toFixed(0),
      'answer p99 ms': size.whole.answer.p99.toFixed(1),
      'list p50 ms': size.list.p50.toFixed(2),
      'list p99 ms': size.list.p99.toFixed(2),
      'ingest × smallest': (size.whole.perSecond / first.whole.perSecond).toFixed(2),
      'list p99 × smallest': (size.list.p99 / first.list.p99).toFixed(2),
    })),
  )
}
