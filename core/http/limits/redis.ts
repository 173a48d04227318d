import type { Redis } from 'ioredis'
import { reasonOf } from '../../plugin/errors.ts'
import type { Logger } from '../../plugin/services.ts'

/** Longest pause between two tries to connect. */
const MOST_PAUSE_MS = 2_000

/**
 * A connection for counting, once it was tried: a server that is away keeps nobody from starting. It answers at once that the
 * server is away instead of queueing, comes back by itself, and the log hears of either once. The client is loaded only where
 * there is a server.
 */
export async function openRedis(url: string, log: Logger): Promise<Redis> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, MOST_PAUSE_MS),
  })
  const { promise: tried, resolve } = Promise.withResolvers<void>()
  let away = false
  redis.on('error', (error) => {
    if (!away) log.warn({ reason: reasonOf(error) }, 'Redis cannot be reached')
    away = true
    resolve()
  })
  redis.on('ready', () => {
    if (away) log.info({}, 'Redis can be reached again')
    away = false
    resolve()
  })
  await tried
  return redis
}
