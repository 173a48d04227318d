import type { Request } from '@hapi/hapi'
import type { Actor } from '../../plugin/route.ts'
import { Refused } from '../answer/refused.ts'
import { contextOf } from '../request/context.ts'
import type { OriginRules } from '../request/origin.ts'
import { remoteAddressOf } from '../request/remote-address.ts'
import type { Attempt } from './auth-limit.ts'
import type { RequestLimits } from './request-limits.ts'
import { tooMany, type Verdict } from './verdict.ts'

/** What the server asks of the limits. */
export type Limits = Pick<RequestLimits, 'request' | 'anonymous' | 'webhook' | 'attempt' | 'succeeded'>

/** Counts requests where they come in. Each throws {@link Refused} 429, and notes what the answer's headers will say. */
export interface RequestLimiter {
  known(request: Request, actor: Actor): Promise<void>
  unknown(request: Request): void
  /** @throws UnavailableError */
  attempt(request: Request, attempt: Attempt): Promise<void>
  succeeded(attempt: Attempt): Promise<void>
}

export function requestLimiter(limits: Limits, rules: OriginRules): RequestLimiter {
  return {
    known: async (request, actor) => note(request, await limits.request(actor)),
    unknown: (request) => note(request, [limits.anonymous(remoteAddressOf(request, rules))]),
    attempt: async (request, attempt) => note(request, [await limits.attempt(attempt)]),
    succeeded: (attempt) => limits.succeeded(attempt),
  }
}

/** A server without limits. */
export const unlimited: RequestLimiter = {
  known: async () => {},
  unknown: () => {},
  attempt: async () => {},
  succeeded: async () => {},
}

function note(request: Request, verdicts: readonly Verdict[]): void {
  const context = contextOf(request)
  context.verdicts = [...(context.verdicts ?? []), ...verdicts]
  const refused = verdicts.find(({ allowed }) => !allowed)
  if (refused !== undefined) throw new Refused(tooMany(refused))
}
