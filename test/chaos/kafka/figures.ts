import type { Figures } from '../model.ts'

/** Both together, number by number. */
export function addFigures(a: Figures, b: Figures): Figures {
  return merged(a, b, (one = {}, other = {}) => merged(one, other, (x = 0, y = 0) => x + y))
}

function merged<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  join: (one: T | undefined, other: T | undefined) => T,
): Readonly<Record<string, T>> {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...names].map((name) => [name, join(a[name], b[name])]))
}

/** How the events came to the consumers of a run. */
export function describeFigures({ relay = {}, reading = {}, carrier = {} }: Figures): readonly string[] {
  const list = (of: Readonly<Record<string, number>>, names: readonly string[]) =>
    names.map((name) => `${name} ${of[name] ?? 0}`).join(', ')
  return [
    `readers were given ${reading.handed ?? 0} records by the broker and ${reading.fetched ?? 0} from the log`,
    `delivery: ${list(reading, ['delivered', 'repeats', 'gaps', 'refills', 'history', 'overdue', 'overflows'])}`,
    `relay: ${list(relay, ['sent', 'sends', 'failures'])}`,
    `kafkajs: ${list(carrier, ['producers', 'resends', 'refused', 'restarts', 'rejoins', 'undecodable'])}`,
  ]
}
