import { newId, type UnitOfWork } from '@parley/core'
import type { Client, Parts } from '../context.ts'
import { RefreshToken, Session } from '../models/session.ts'
import { User } from '../models/user.ts'
import { hashSecret, newSecret } from '../tokens/secret-token.ts'

/** What a sign-in gives. The refresh token is shown here and never again. */
export interface Grant {
  readonly sessionId: string
  readonly userId: string
  readonly tenantId: string
  readonly accessToken: string
  readonly refreshToken: string
}

export interface NewSession {
  readonly userId: string
  readonly tenantId: string
  /** `password`, or the key of the service that vouched. */
  readonly method: string
  readonly secondFactor: boolean
  readonly client: Client
}

type SessionParts = Pick<Parts, 'settings' | 'clock' | 'access' | 'tiers'>

/** Begins a session, in a platform transaction; sweeps the person's sessions that ended long ago. */
export async function openSession(uow: UnitOfWork, parts: SessionParts, wanted: NewSession): Promise<Grant> {
  const { userId, tenantId, method, secondFactor, client } = wanted
  const { settings, clock } = parts
  const now = clock.now()
  await sweep(uow, userId, new Date(now.getTime() - settings.sessionSeconds * 1000))
  const id = newId()
  await Session.in(uow).insert({
    ...{ id, user_id: userId, tenant: tenantId, method, second_factor: secondFactor },
    ...{ ip: client.ip, user_agent: client.userAgent },
    ...{ support_role: null, support_until: null, revoked_at: null, revoked_for: null },
    ...{ created_at: now, used_at: now },
    expires_at: new Date(now.getTime() + settings.sessionSeconds * 1000),
  })
  await User.in(uow).where('id', userId).patch({ last_login_at: now })
  const refreshToken = newSecret()
  await storeRefreshToken(uow, parts, id, refreshToken)
  const accessToken = await accessTokenFor(parts, { id, user_id: userId, tenant: tenantId })
  return { sessionId: id, userId, tenantId, accessToken, refreshToken }
}

export async function accessTokenFor(
  { access, tiers }: Pick<Parts, 'access' | 'tiers'>,
  session: Pick<Session, 'id' | 'user_id' | 'tenant'>,
): Promise<string> {
  const tier = (await tiers?.tierOf(session.tenant)) ?? 'free'
  return access.sign({ sub: session.user_id, sid: session.id, tid: session.tenant, tier })
}

export async function storeRefreshToken(
  uow: UnitOfWork,
  { settings, clock }: Pick<Parts, 'settings' | 'clock'>,
  sessionId: string,
  token: string,
): Promise<void> {
  const now = clock.now()
  await RefreshToken.in(uow).insert({
    ...{ id: newId(), hash: hashSecret(token), session_id: sessionId, created_at: now, used_at: null },
    expires_at: new Date(now.getTime() + settings.refreshTokenSeconds * 1000),
  })
}

async function sweep(uow: UnitOfWork, userId: string, before: Date): Promise<void> {
  await Session.in(uow)
    .delete()
    .where('user_id', userId)
    .where((either) => either.where('expires_at', '<', before).orWhere('revoked_at', '<', before))
}
