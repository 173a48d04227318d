import type { Logger } from '../../plugin/services.ts'
import type { IdempotencyStore } from './store.ts'

/** Deletes expired keys now and then. Every process may do it: the deletes do not meet. Answers how to stop. */
export function purgeRegularly(store: IdempotencyStore, everyMs: number, log: Logger): () => void {
  const timer = setInterval(() => void purge(store, log), everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function purge(store: IdempotencyStore, log: Logger): Promise<void> {
  try {
    await store.purge()
  } catch (error) {
    // Expired keys count as absent anyway; the next round takes them.
    log.warn({ error }, 'expired idempotency keys could not be deleted')
  }
}
