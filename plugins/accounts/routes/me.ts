import { type Actor, defineRoute, ok, ParleyError, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { type MembershipOf, membershipsOf } from '../members/memberships.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { asPerson, OWN_ACCOUNT, type SignedIn } from '../sessions/signed-in.ts'
import { locale, personName, time, timeZone, uuid } from './schemas.ts'

const tags = ['auth']

interface Patch {
  readonly name?: string
  readonly locale?: string
  readonly timeZone?: string
}

const teamSchema = Joi.object({
  tenantId: uuid.required(),
  slug: Joi.string().required(),
  name: Joi.string().required(),
  role: Joi.string().required(),
  owner: Joi.boolean().required(),
  current: Joi.boolean().required(),
})

const meSchema = Joi.object({
  id: uuid.required(),
  email: Joi.string().required(),
  emailVerified: Joi.boolean().required(),
  name: Joi.string().required(),
  locale: Joi.string().required(),
  timeZone: Joi.string().required(),
  tenantId: uuid.required(),
  role: Joi.string().required().description('In this tenant: built in, the id of an own role, or `super-admin`.'),
  permissions: Joi.array().items(Joi.string()).required(),
  tier: Joi.string().required().description('The plan of this tenant.'),
  hasPassword: Joi.boolean().required(),
  twoFactor: Joi.boolean().required(),
  teams: Joi.array().items(teamSchema).required(),
  createdAt: time.required(),
  lastLoginAt: time.allow(null).required(),
}).label('Me')

export function meRoutes(parts: Parts): readonly Route[] {
  return [readRoute(parts), changeRoute(parts)]
}

function readRoute(parts: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/me',
    id: 'getMe',
    summary: 'Who is signed in, where, and what they may.',
    tags,
    access: OWN_ACCOUNT,
    responses: { 200: { description: 'The caller.', schema: meSchema } },
    handle: (request) => asPerson(request, async (person) => ok(await view(parts, person))),
  })
}

function changeRoute(parts: Parts): Route {
  const { database, clock, standings } = parts
  return defineRoute({
    method: 'PUT',
    path: '/api/auth/me',
    id: 'changeMe',
    summary: 'Changes the own name, language and time zone. Roles and teams are not the caller’s to change.',
    tags,
    access: OWN_ACCOUNT,
    payload: Joi.object<Patch>({ name: personName, locale, timeZone }).min(1),
    responses: { 200: { description: 'The caller as they are now.', schema: meSchema } },
    handle: (request) =>
      asPerson(request, async (person) => {
        const { name, locale, timeZone } = request.payload
        await database.transaction(PLATFORM, async (uow) => {
          await User.in(uow)
            .where('id', person.userId)
            .patch({
              ...(name === undefined ? {} : { name }),
              ...(locale === undefined ? {} : { locale }),
              ...(timeZone === undefined ? {} : { time_zone: timeZone }),
              updated_at: clock.now(),
            })
          uow.afterCommit(() => standings.forget(person.sessionId))
        })
        return ok(await view(parts, person))
      }),
  })
}

async function view({ database }: Parts, { userId, actor }: SignedIn) {
  const [user, teams] = await database.transaction(PLATFORM, async (uow) => [
    await User.in(uow).findOne({ id: userId }),
    await membershipsOf(uow, userId),
  ])
  if (user === undefined) throw new ParleyError('accounts.user-gone', `User ${userId} signed in and has no row.`)
  return viewOf(user, teams, actor)
}

function viewOf(user: User, teams: readonly MembershipOf[], { tenantId, permissions, claims = {} }: Actor) {
  return {
    ...{ id: user.id, email: user.email, emailVerified: user.email_verified_at !== null, name: user.name },
    ...{ locale: user.locale, timeZone: user.time_zone, tenantId },
    ...{ role: claims.role ?? '', permissions, tier: claims.tier ?? '' },
    ...{ hasPassword: user.password_hash !== null, twoFactor: user.totp_enabled_at !== null },
    teams: teams.map(({ tenant, slug, name, role, owner }) => ({
      ...{ tenantId: tenant, slug, name, role, owner, current: tenant === tenantId },
    })),
    createdAt: user.created_at.toISOString(),
    lastLoginAt: user.last_login_at?.toISOString() ?? null,
  }
}
