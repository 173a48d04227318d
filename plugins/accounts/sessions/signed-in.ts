import { type Actor, problem, type Reply, type RouteRequest } from '@parley/core'
import type { Client } from '../context.ts'

/** A person with a session, as routes for one's own account see them. */
export interface SignedIn {
  readonly userId: string
  readonly sessionId: string
  readonly tenantId: string
  readonly actor: Actor
}

/** Access of routes for one's own account: no permission is needed, but a person is. */
export const OWN_ACCOUNT = { scheme: 'bearer' } as const

/** Runs `work` for a person; a program with an API key has no account. */
export async function asPerson(
  { actor }: Pick<RouteRequest, 'actor'>,
  work: (person: SignedIn) => Promise<Reply>,
): Promise<Reply> {
  const sessionId = actor?.claims?.sessionId
  if (actor?.kind !== 'user' || sessionId === undefined)
    return problem(
      403,
      'accounts.people-only',
      'This is about a person’s own account: sign in instead of using an API key.',
    )
  return work({ userId: actor.id, sessionId, tenantId: actor.tenantId, actor })
}

const LONGEST_AGENT = 300

export function clientOf({ headers, remoteAddress }: Pick<RouteRequest, 'headers' | 'remoteAddress'>): Client {
  return { ip: remoteAddress ?? '', userAgent: String(headers['user-agent'] ?? '').slice(0, LONGEST_AGENT) }
}
