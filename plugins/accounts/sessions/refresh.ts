import { createHmac } from 'node:crypto'
import { type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Parts } from '../context.ts'
import { membershipsOf } from '../members/memberships.ts'
import { RefreshToken, Session } from '../models/session.ts'
import { PLATFORM } from '../platform.ts'
import { hashSecret } from '../tokens/secret-token.ts'
import { endSessions } from './end-sessions.ts'
import { accessTokenFor, type Grant, storeRefreshToken } from './open-session.ts'

export interface RefreshCall {
  readonly token: string
  /** It came in the cookie: then a crumb stands in for the intent of the page. */
  readonly cookie: boolean
  /** Is the crumb that session's? Asked for cookies only. */
  readonly crumbFits: (sessionId: string) => boolean
}

export type RefreshRefusal = 'refresh-refused' | 'refresh-reused' | 'csrf-refused'

/**
 * Exchanges a refresh token for the next of its family. The states of a token:
 *
 * - fresh: it is marked used, and its successor handed out
 * - used a moment ago, from a cookie: tabs of one browser share a cookie and cannot take turns, so the second tab gets the
 *   same successor as the first, unless that has been used as well
 * - used otherwise: two parties hold it, so one of them stole it; the whole family ends
 * - expired, or of a session that ended: refused
 *
 * A successor is derived from its parent under a key of ours: what a second tab gets again is nowhere stored.
 */
export async function refresh(parts: Parts, call: RefreshCall): Promise<Result<{ grant: Grant }, RefreshRefusal>> {
  return parts.database.transaction(PLATFORM, async (uow) => {
    const now = parts.clock.now()
    const found = await find(uow, call.token)
    if (found === undefined) return refused()
    const { token, session } = found
    if (session.revoked_at !== null || session.expires_at <= now || token.expires_at <= now) return refused()
    if (call.cookie && !call.crumbFits(session.id))
      return refuse('csrf-refused', 'The X-CSRF-Token header does not belong to the session of the cookie.')
    const successor = successorOf(parts, token, call.token)
    if (token.used_at !== null) {
      if (!call.cookie || !(await inGrace(uow, parts, token.used_at, successor))) {
        await endSessions(uow, parts, { id: session.id }, 'refresh-reused')
        return refuse('refresh-reused', 'This refresh token was used before; its session has been ended.')
      }
    } else {
      await RefreshToken.in(uow).where('hash', token.hash).patch({ used_at: now })
      await storeRefreshToken(uow, parts, session.id, successor)
      await Session.in(uow).where('id', session.id).patch({ used_at: now })
    }
    const tenantId = await tenantOf(uow, parts, session)
    const accessToken = await accessTokenFor(parts, { ...session, tenant: tenantId })
    const { id: sessionId, user_id: userId } = session
    return { ok: true, grant: { sessionId, userId, tenantId, accessToken, refreshToken: successor } }
  })
}

/** Where the session goes on: a visit that is over ends at home. */
async function tenantOf(uow: UnitOfWork, { clock, standings }: Parts, session: Session): Promise<string> {
  if (session.support_until === null || session.support_until > clock.now()) return session.tenant
  const [home] = await membershipsOf(uow, session.user_id)
  const tenant = home?.tenant ?? session.tenant
  await Session.in(uow).where('id', session.id).patch({ tenant, support_role: null, support_until: null })
  uow.afterCommit(() => standings.forget(session.id))
  return tenant
}

/** The session that a refresh token, used or not, belongs to. */
export async function sessionOfToken(uow: UnitOfWork, token: string): Promise<Session | undefined> {
  return (await find(uow, token))?.session
}

/** Two uses of one token wait for each other at the session's row. */
async function find(uow: UnitOfWork, secret: string): Promise<{ token: RefreshToken; session: Session } | undefined> {
  const hash = hashSecret(secret)
  const seen = await RefreshToken.in(uow).findOne({ hash })
  if (seen === undefined) return undefined
  const session = await Session.in(uow).findOne({ id: seen.session_id }).forUpdate()
  const token = await RefreshToken.in(uow).findOne({ hash })
  return session === undefined || token === undefined ? undefined : { token, session }
}

function successorOf({ keys }: Parts, { id }: RefreshToken, parent: string): string {
  const { key } = keys.current('refresh-token')
  return createHmac('sha256', key).update(`${id}.${parent}`).digest('base64url')
}

async function inGrace(uow: UnitOfWork, { clock, settings }: Parts, usedAt: Date, successor: string): Promise<boolean> {
  if (clock.millis() - usedAt.getTime() > settings.refreshGraceMs) return false
  const next = await RefreshToken.in(uow).findOne({ hash: hashSecret(successor) })
  return next !== undefined && next.used_at === null
}

const refused = () => refuse('refresh-refused', 'The refresh token is not known, or is no longer valid.')
