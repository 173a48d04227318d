/** An event as the log holds it. */
export interface LoggedEvent {
  readonly part: number
  readonly off: number
  readonly id: string
}

/** A record as somebody who knows nothing of Parley reads it from the topic, in the broker's order of its partition. */
export interface CarriedRecord {
  readonly partition: number
  readonly logpart: number
  readonly logoff: number
  readonly id: string
}

export interface CarriedVerdict {
  readonly records: number
  /** The same event again: allowed. */
  readonly repeats: number
  /** Below the relay's cursor, and not in the topic. */
  readonly lost: number
  /** First met after a later one of its partition. */
  readonly reordered: number
  /** In another partition, or under another id, than in the log; or not in the log at all. */
  readonly forged: number
  readonly examples: readonly string[]
}

export function isCarried({ lost, reordered, forged }: CarriedVerdict): boolean {
  return lost === 0 && reordered === 0 && forged === 0
}

const mostExamples = 10

/**
 * The relay's promises, checked on what a topic holds: every event below the cursor at least once; in each partition, once
 * repeats are removed, the log's order without a gap; and nothing that the log does not hold.
 *
 * @param lows the relay's cursor of each partition
 */
export function checkCarried(
  log: readonly LoggedEvent[],
  lows: ReadonlyMap<number, number>,
  records: readonly CarriedRecord[],
): CarriedVerdict {
  const found = { lost: 0, reordered: 0, forged: 0, repeats: 0 }
  const examples: string[] = []
  const note = (kind: keyof typeof found, text: string) => {
    found[kind] += 1
    if (examples.length < mostExamples) examples.push(`topic, ${kind}: ${text}`)
  }
  const logged = new Map(log.map((event) => [nameOf(event.part, event.off), event]))
  const seen = new Set<string>()
  const next = new Map<number, number>()
  for (const { partition, logpart, logoff, id } of records) {
    const name = nameOf(logpart, logoff)
    if (partition !== logpart || logged.get(name)?.id !== id) note('forged', `${name} in partition ${partition}`)
    const expected = next.get(logpart) ?? 0
    if (seen.has(name)) found.repeats += 1
    else if (logoff !== expected) note('reordered', `${name} came where ${expected} was due`)
    if (!seen.has(name)) next.set(logpart, logoff + 1)
    seen.add(name)
  }
  for (const [name, { part, off }] of logged)
    if (off < (lows.get(part) ?? 0) && !seen.has(name)) note('lost', `${name} never came`)
  return { records: records.length, ...found, examples }
}

function nameOf(part: number, off: number): string {
  return `${part}/${off}`
}
