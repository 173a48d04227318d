import type { Delivery } from '../../plugin/event.ts'
import type { ErrorChain } from '../error-chain.ts'

/** Where a waiting key stands. */
export interface LaneState {
  readonly nextAt: Date
  /** Failed tries of its first event. */
  readonly attempt: number
  readonly error: ErrorChain | null
  /** Waits for an operator. */
  readonly blocked: boolean
}

/** A key of one topic, for which order is kept. */
export interface LaneKey {
  readonly topic: string
  readonly key: string
}

export interface DeadLetter {
  readonly topic: string
  readonly part: number
  readonly off: bigint
  readonly tenantId: string | null
  readonly key: string
  readonly type: string
  readonly error: ErrorChain
  readonly attempts: number
  readonly raw: string | null
}

/** What became of a batch apart from its effects, collected to be written by one `parley.settle`. */
export class Settlement {
  readonly #lanes = new Map<string, object>()
  readonly #parked: object[] = []
  readonly #dead: object[] = []
  readonly #handled: object[] = []
  readonly #failed: object[] = []
  readonly #released = new Map<string, LaneKey>()
  /** When the first of the lanes opened or failed here is due. */
  #firstDue: number | undefined

  get isEmpty(): boolean {
    return (
      [this.#lanes, this.#released].every((map) => map.size === 0) && this.#lists.every((list) => list.length === 0)
    )
  }

  get releasedLanes(): readonly LaneKey[] {
    return [...this.#released.values()]
  }

  get firstDue(): number | undefined {
    return this.#firstDue
  }

  get #lists(): readonly object[][] {
    return [this.#parked, this.#dead, this.#handled, this.#failed]
  }

  /** Opens a lane for the delivery's key, unless there is one; the delivery is parked by itself. */
  open(delivery: Delivery, state: LaneState): void {
    const key = laneKeyOf(delivery)
    const name = `${key.topic}\n${key.key}`
    if (this.#lanes.has(name)) return
    const { part } = delivery.position
    this.#lanes.set(name, { t: key.topic, k: key.key, p: part, n: delivery.event.tenantid, ...stateRow(state) })
    this.#due(state)
  }

  park(delivery: Delivery): void {
    const { topic, part, off } = delivery.position
    const { partitionkey, tenantid } = delivery.event
    this.#parked.push({ t: topic, k: partitionkey, p: part, n: tenantid, o: Number(off) })
  }

  bury(dead: DeadLetter): void {
    this.#dead.push({
      t: dead.topic,
      p: dead.part,
      o: Number(dead.off),
      n: dead.tenantId,
      k: dead.key,
      y: dead.type,
      e: dead.error,
      a: dead.attempts,
      r: dead.raw,
    })
  }

  /** A waiting event was handled. */
  handled(key: LaneKey, off: bigint): void {
    this.#handled.push({ t: key.topic, k: key.key, o: Number(off) })
  }

  /** A lane's first event failed again. */
  failed(key: LaneKey, state: LaneState): void {
    this.#failed.push({ t: key.topic, k: key.key, ...stateRow(state) })
    this.#due(state)
  }

  /** A lane went well: it starts afresh, and is closed when nothing waits in it. */
  released(key: LaneKey): void {
    this.#released.set(`${key.topic}\n${key.key}`, key)
  }

  /** The six arrays of `parley.settle`, as JSON. */
  bindings(): string[] {
    const released = this.releasedLanes.map(({ topic, key }) => ({ t: topic, k: key }))
    return [[...this.#lanes.values()], ...this.#lists, released].map((list) => JSON.stringify(list))
  }

  #due(state: LaneState): void {
    if (state.blocked) return
    this.#firstDue = Math.min(this.#firstDue ?? Number.POSITIVE_INFINITY, state.nextAt.getTime())
  }
}

export function laneKeyOf(delivery: Delivery): LaneKey {
  return { topic: delivery.position.topic, key: delivery.event.partitionkey }
}

function stateRow(state: LaneState): object {
  return { at: state.nextAt, a: state.attempt, e: state.error, b: state.blocked }
}
