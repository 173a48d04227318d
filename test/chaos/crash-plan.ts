import type { CrashPoint } from '../../core/events/index.ts'

export interface PlannedCrash {
  readonly point: CrashPoint
  /** At the nth hit of a life. */
  readonly nth: number
}

/** Every point with every number. */
export function crossed(points: readonly CrashPoint[], numbers: readonly number[]): readonly PlannedCrash[] {
  return points.flatMap((point) => numbers.map((nth) => ({ point, nth })))
}

/**
 * Crashes that are to be seen, one after another: a victim's life is ordered to die of the first one of its list that has
 * not fired, until all have.
 */
export class CrashPlan {
  readonly #open: readonly PlannedCrash[][]
  readonly #fired: PlannedCrash[] = []

  constructor(crashes: readonly PlannedCrash[], victims: number) {
    this.#open = Array.from({ length: victims }, (_, victim) => crashes.filter((_, i) => i % victims === victim))
  }

  get isDone(): boolean {
    return this.#open.every((list) => list.length === 0)
  }

  get fired(): readonly PlannedCrash[] {
    return this.#fired
  }

  /** What the victim's next life is ordered; `undefined` for who is no victim, or no more. */
  orders(victim: number): PlannedCrash | undefined {
    return this.#open[victim]?.[0]
  }

  /** The victim has died as ordered. */
  crashed(victim: number): void {
    const crash = this.#open[victim]?.shift()
    if (crash !== undefined) this.#fired.push(crash)
  }
}
