import { setTimeout as pause } from 'node:timers/promises'

/** Longest that retries of a test take; they wait for real time. */
const DEADLINE_MS = 10_000

/** Looks until something is there; throws with what was last seen when it does not come. */
export async function eventually<T>(
  look: () => Promise<T | undefined>,
  isThere: (found: T) => boolean = () => true,
): Promise<T> {
  const end = performance.now() + DEADLINE_MS
  for (;;) {
    const found = await look()
    if (found !== undefined && isThere(found)) return found
    if (performance.now() > end) throw new Error(`it did not come; last seen: ${JSON.stringify(found)}`)
    await pause(20)
  }
}
