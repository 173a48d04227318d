import { type Result, refuse } from '@parley/core'
import type { Parts } from '../context.ts'
import { record } from '../members/activity.ts'
import { membershipsOf } from '../members/memberships.ts'
import { Session } from '../models/session.ts'
import { PLATFORM } from '../platform.ts'
import { accessTokenFor } from './open-session.ts'
import type { SignedIn } from './signed-in.ts'

export type MoveRefusal = 'team-not-found'

type Moved = Result<{ readonly accessToken: string }, MoveRefusal>

/** Goes on in another tenant that the person works for. Access tokens of the first one end. */
export async function switchTeam(parts: Parts, person: SignedIn, tenantId: string): Promise<Moved> {
  return parts.database.transaction(PLATFORM, async (uow) => {
    const teams = await membershipsOf(uow, person.userId)
    const wanted = teams.find(({ tenant, status }) => tenant === tenantId && status === 'active')
    if (wanted === undefined) return refuse('team-not-found', `You have no active team ${tenantId}.`)
    const place = { tenant: tenantId, support_role: null, support_until: null }
    return { ok: true, accessToken: await move(uow, parts, person, place) }
  })
}

export interface Visit {
  readonly tenantId: string
  readonly role: 'viewer' | 'admin'
  readonly reason: string
}

/** A SUPER_ADMIN looks after a tenant: for a while, for a reason, with rights of a role, and the tenant sees it in its log. */
export async function visitTenant(parts: Parts, person: SignedIn, visit: Visit): Promise<Moved> {
  const { clock, settings, tenants, database, audit } = parts
  const tenant = await tenants.find(visit.tenantId)
  if (tenant?.status !== 'active') return refuse('team-not-found', `There is no active tenant ${visit.tenantId}.`)
  return database.transaction(PLATFORM, async (uow) => {
    const until = new Date(clock.millis() + settings.supportSeconds * 1000)
    const place = { tenant: tenant.id, support_role: visit.role, support_until: until }
    const accessToken = await move(uow, parts, person, place)
    await record(uow, clock, {
      tenantId: tenant.id,
      actor: { kind: 'user', id: person.userId, name: person.actor.claims?.name ?? '' },
      action: 'support.visited',
      details: { reason: visit.reason, role: visit.role, until: until.toISOString() },
    })
    await audit.access(uow, {
      action: 'tenant.visited',
      target: { kind: 'tenant', id: tenant.id },
      actor: { kind: 'user', id: person.userId },
      reason: visit.reason,
      chain: 'platform',
    })
    return { ok: true, accessToken }
  })
}

async function move(
  uow: Parameters<typeof membershipsOf>[0],
  parts: Parts,
  { sessionId, userId }: SignedIn,
  place: Pick<Session, 'tenant' | 'support_role' | 'support_until'>,
): Promise<string> {
  await Session.in(uow).where('id', sessionId).patch(place)
  uow.afterCommit(() => parts.standings.forget(sessionId))
  return accessTokenFor(parts, { id: sessionId, user_id: userId, tenant: place.tenant })
}
