import type { RetryPolicy } from '../plugin/handler.ts'

/**
 * Milliseconds until the next try after `failures` failed ones: `min(capMs, baseMs * 2^(failures-1))` ± 20 %, so that
 * what failed together does not return together.
 */
export function retryDelay(
  policy: Pick<RetryPolicy, 'baseMs' | 'capMs'>,
  failures: number,
  random = Math.random,
): number {
  const delay = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(failures - 1, 40))
  return Math.round(delay * (0.8 + 0.4 * random()))
}
