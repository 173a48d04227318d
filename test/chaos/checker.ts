/** An event that the intake has acknowledged. */
export interface AckedStep {
  readonly tenantId: string
  readonly key: string
  readonly n: number
}

export interface LoggedStep extends AckedStep {
  readonly topic: string
  readonly part: number
  readonly off: number
}

/** Something a group did, in the order in which it was done. */
export interface EffectStep extends AckedStep {
  readonly group: string
}

/** What a run leaves behind, read from the clients and the database. */
export interface RunEvidence {
  /** In the order of acknowledgement. */
  readonly acked: readonly AckedStep[]
  readonly log: readonly LoggedStep[]
  readonly effects: readonly EffectStep[]
  readonly dead: readonly EffectStep[]
  readonly groups: readonly string[]
  /** Everything that should be gone once drained: `chaos.serial: 3 parked`. */
  readonly leftovers: readonly string[]
}

export interface Verdict {
  readonly acked: number
  /** Acked but not in the log, or in the log and neither handled nor dead. */
  readonly lost: number
  /** In the log twice, or handled twice, or handled and dead. */
  readonly doubled: number
  /** Handled, or logged, after a later one of its key. */
  readonly reordered: number
  /** Offsets that are missing within a partition. */
  readonly gaps: number
  readonly dead: number
  /** In the log though no client was told so: allowed, once. */
  readonly unacked: number
  readonly drained: boolean
  /** The first few, for people. */
  readonly examples: readonly string[]
}

export function isClean(verdict: Verdict): boolean {
  const { lost, doubled, reordered, gaps, drained } = verdict
  return lost === 0 && doubled === 0 && reordered === 0 && gaps === 0 && drained
}

const mostExamples = 10

/**
 * The promises of the event engine, checked on what a run left behind: acked ⊆ log; one log row per event; offsets
 * without a gap; per key, the log's order and every group's order of effects are the order of acknowledgement; for
 * every event and group exactly one of {effect, dead}; nothing left over. Pure, and knows nothing of how the run was made.
 */
export function check(evidence: RunEvidence): Verdict {
  const { acked, log, effects, dead, groups, leftovers } = evidence
  const found = { lost: 0, doubled: 0, reordered: 0, gaps: 0 }
  const examples: string[] = []
  const note = (kind: keyof typeof found, text: string) => {
    found[kind] += 1
    if (examples.length < mostExamples) examples.push(`${kind}: ${text}`)
  }
  const logged = countByName(log)
  for (const step of acked)
    if (!logged.has(nameOf(step))) note('lost', `${nameOf(step)} was acked and is not in the log`)
  for (const [name, count] of logged) if (count > 1) note('doubled', `${name} is in the log ${count} times`)
  gaps(log, (text) => note('gaps', text))
  increasing(log.toSorted(byPosition), (text) => note('reordered', `log: ${text}`))
  for (const group of groups) {
    const own = effects.filter((effect) => effect.group === group)
    const buried = dead.filter((effect) => effect.group === group)
    const outcomes = countByName([...own, ...buried])
    for (const name of logged.keys()) {
      const count = outcomes.get(name) ?? 0
      if (count === 0) note('lost', `${group}: ${name} has no effect and is not dead`)
      if (count > 1) note('doubled', `${group}: ${name} came out ${count} times`)
    }
    increasing(own, (text) => note('reordered', `${group}: ${text}`))
  }
  const ackedNames = new Set(acked.map(nameOf))
  const unacked = [...logged.keys()].filter((name) => !ackedNames.has(name)).length
  if (leftovers.length > 0) examples.push(...leftovers.slice(0, mostExamples))
  return { acked: ackedNames.size, ...found, dead: dead.length, unacked, drained: leftovers.length === 0, examples }
}

function nameOf(step: AckedStep): string {
  return `${step.tenantId.slice(0, 8)}/${step.key}#${step.n}`
}

function countByName(steps: readonly AckedStep[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const step of steps) counts.set(nameOf(step), (counts.get(nameOf(step)) ?? 0) + 1)
  return counts
}

function gaps(log: readonly LoggedStep[], note: (text: string) => void): void {
  const parts = Map.groupBy(log, (row) => `${row.topic}/${row.part}`)
  for (const [name, rows] of parts) {
    const offsets = new Set(rows.map((row) => row.off))
    for (let off = 0; off < offsets.size; off++) if (!offsets.has(off)) note(`${name} has no offset ${off}`)
  }
}

function byPosition(a: LoggedStep, b: LoggedStep): number {
  return a.topic.localeCompare(b.topic) || a.part - b.part || a.off - b.off
}

/** A repeat is counted as doubled elsewhere; here only what goes back counts. */
function increasing(steps: readonly AckedStep[], note: (text: string) => void): void {
  const last = new Map<string, number>()
  for (const step of steps) {
    const key = `${step.tenantId}/${step.key}`
    const before = last.get(key) ?? 0
    if (step.n < before) note(`${nameOf(step)} came after #${before}`)
    last.set(key, Math.max(before, step.n))
  }
}
