import type { Redis } from 'ioredis'
import type { Knex } from 'knex'
import { RateLimiterPostgres, RateLimiterRedis, type RateLimiterStoreAbstract } from 'rate-limiter-flexible'
import { postgresQueries } from './postgres-queries.ts'
import type { Quota } from './settings.ts'

/** Where counts lie that all processes share. */
export type LimitStore =
  | { readonly kind: 'postgres'; readonly knex: Knex }
  | { readonly kind: 'redis'; readonly redis: Redis }

export type StoreLimiter = Pick<RateLimiterStoreAbstract, 'consume' | 'penalty' | 'reward' | 'delete'>

/**
 * A limiter over the store. One that was exceeded is refused in memory until its window ends: who hammers at a closed door
 * costs the store nothing.
 */
export function storeLimiter(store: LimitStore, policy: string, { points, windowSeconds }: Quota): StoreLimiter {
  const options = { points, duration: windowSeconds, inMemoryBlockOnConsumed: points + 1 }
  if (store.kind === 'redis') {
    const { redis } = store
    return new RateLimiterRedis({
      ...options,
      storeClient: redis,
      keyPrefix: `parley:limit:${policy}`,
      rejectIfRedisNotReady: true,
    })
  }
  return new RateLimiterPostgres({
    ...options,
    ...{ storeClient: postgresQueries(store.knex), storeType: 'client', schemaName: 'parley', tableName: 'rate_limit' },
    ...{ keyPrefix: policy, tableCreated: true, clearExpiredByTimeout: false },
  })
}

/** Deletes what has run out. Redis does that by itself. */
export async function sweep(store: LimitStore, now: number): Promise<void> {
  if (store.kind === 'postgres') await store.knex.raw('delete from parley.rate_limit where expire < ?', [now])
}
