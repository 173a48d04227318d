import type { EventEngine } from '../events/index.ts'
import type { Logger } from '../plugin/services.ts'

/** After a start a process is given this long before it cleans up. */
const FIRST_MS = 60_000

/** Deletes from time to time what has outlived its use. Several processes do no harm. Returns what ends it. */
export function housekeep(engine: Pick<EventEngine, 'retain'>, log: Logger, everyMs: number): () => void {
  let timer: NodeJS.Timeout
  const run = async () => {
    try {
      log.info({ ...(await engine.retain()) }, 'deleted what has outlived its use')
    } catch (error) {
      log.warn({ error }, 'could not clean up; trying again later')
    }
    timer = setTimeout(run, everyMs).unref()
  }
  timer = setTimeout(run, Math.min(FIRST_MS, everyMs)).unref()
  return () => clearTimeout(timer)
}
