import type { ProblemFacts } from '../answer/problem.ts'

/** What a limit says of one request. */
export interface Verdict {
  /** `actor`, `tenant`, `auth`: stable, shown to callers. */
  readonly policy: string
  readonly allowed: boolean
  readonly limit: number
  readonly windowSeconds: number
  /** After this request. */
  readonly remaining: number
  /** Until there are `limit` again. */
  readonly resetSeconds: number
}

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10: structured lists with an item for each policy
 * that was asked, `q` and `w` what is allowed, `r` and `t` what is left and until when.
 */
export function limitHeaders(verdicts: readonly Verdict[]): Readonly<Record<string, string>> {
  if (verdicts.length === 0) return {}
  const items = (parameters: (verdict: Verdict) => string) =>
    verdicts.map((verdict) => `"${verdict.policy}";${parameters(verdict)}`).join(', ')
  return {
    'ratelimit-policy': items(({ limit, windowSeconds }) => `q=${limit};w=${windowSeconds}`),
    ratelimit: items(({ remaining, resetSeconds }) => `r=${remaining};t=${resetSeconds}`),
  }
}

/** 429 with the seconds after which it is worth trying again. */
export function tooMany(refused: Verdict): ProblemFacts {
  const { policy, limit, windowSeconds, resetSeconds } = refused
  return {
    status: 429,
    code: 'limit.exceeded',
    detail: `More than ${limit} in ${windowSeconds} seconds (${policy}). Try again in ${resetSeconds} seconds.`,
    extra: { policy },
    headers: { 'retry-after': String(Math.max(1, resetSeconds)) },
  }
}
