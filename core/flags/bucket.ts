import { hash } from 'node:crypto'

/** Thousandths of a percent. */
export const BUCKETS = 100_000

/**
 * Where an id lies between 0 and {@link BUCKETS}, by algorithm 1: the first four bytes of SHA-256 over seed, line feed and id,
 * as a number, modulo the buckets. The same in every process and for ever; another way would be algorithm 2, for new flags.
 */
export function bucketOf(seed: string, id: string): number {
  return hash('sha256', `${seed}\n${id}`, 'buffer').readUInt32BE(0) % BUCKETS
}

/** First bucket that is beyond a share of so many percent. */
export function bucketsOf(percentage: number): number {
  return Math.round((percentage * BUCKETS) / 100)
}
