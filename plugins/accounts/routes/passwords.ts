import { defineRoute, noContent, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { linkBaseOf } from '../mail/link-base.ts'
import { wishReset } from '../mail/request-reset.ts'
import { record } from '../members/activity.ts'
import { User } from '../models/user.ts'
import { refusedPassword } from '../passwords/new-password.ts'
import { PLATFORM } from '../platform.ts'
import { asPerson, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { changePassword } from '../signing-in/change-password.ts'
import { confirmed } from '../signing-in/confirm.ts'
import { newPasswordParts } from './register.ts'
import { email, password, secretToken } from './schemas.ts'

const tags = ['auth']

export function passwordRoutes(parts: Parts): readonly Route[] {
  return [forgotRoute(parts), resetRoute(parts), changeRoute(parts)]
}

function forgotRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/forgot-password',
    id: 'forgotPassword',
    summary: 'Mails a link for choosing a new password, if there is an account; the answer does not tell.',
    tags,
    access: { public: 'Whoever forgot the password cannot sign in.' },
    limit: 'auth',
    payload: Joi.object<{ email: string }>({ email: email.required() }),
    responses: { 202: { description: 'Noted.' }, 429: { description: 'Too many attempts.' } },
    async handle({ payload, origin }) {
      const base = linkBaseOf(parts.settings, origin)
      await parts.database.transaction(PLATFORM, (uow) => wishReset(uow, parts, { email: payload.email, base }))
      return { status: 202 }
    },
  })
}

function resetRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/reset-password',
    id: 'resetPassword',
    summary: 'Sets a new password with the token of the mail, once, and ends all sessions. It signs nobody in.',
    tags,
    access: { public: 'The token of the mail is the credential.' },
    limit: 'auth',
    payload: Joi.object<{ token: string; password: string }>({
      token: secretToken.required(),
      password: password.required(),
    }),
    responses: {
      204: { description: 'The new password is in force.' },
      410: { description: 'The token is unknown, was used, or has expired.' },
      429: { description: 'Too many attempts.' },
    },
    async handle({ payload, origin }) {
      // Checked first: a weak password must not cost the token.
      const refused = await refusedPassword(payload.password, '', newPasswordParts(parts))
      if (refused !== undefined) return refused
      const passwordHash = await parts.passwords.hash(payload.password)
      const base = linkBaseOf(parts.settings, origin)
      const done = await parts.database.transaction(PLATFORM, async (uow) => {
        const redeemed = await parts.oneTime.redeem(uow, 'reset-password', payload.token)
        if (redeemed?.userId == null) return false
        const { userId } = redeemed
        await changePassword(uow, parts, { userId, passwordHash, reason: 'password-reset', base })
        // The token came by mail: the mailbox is theirs.
        const now = parts.clock.now()
        await User.in(uow).where('id', userId).whereNull('email_verified_at').patch({ email_verified_at: now })
        return true
      })
      return done
        ? noContent()
        : problem(410, 'accounts.link-ended', 'This link is not known, was used, or has expired.')
    },
  })
}

function changeRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/change-password',
    id: 'changePassword',
    summary: 'Changes the own password and ends the other sessions.',
    tags,
    access: OWN_ACCOUNT,
    limit: 'auth',
    idempotent: false,
    payload: Joi.object<{ currentPassword?: string; password: string }>({
      currentPassword: password.description('Not for accounts that sign in elsewhere and have none yet.'),
      password: password.required(),
    }),
    responses: { 204: { description: 'The new password is in force.' }, 429: { description: 'Too many attempts.' } },
    handle: (request) =>
      asPerson(request, async (person) => {
        const { currentPassword, password } = request.payload
        const user = await confirmed(parts, person, currentPassword)
        if (user === undefined) return notConfirmed('currentPassword')
        const refused = await refusedPassword(password, user.email, newPasswordParts(parts))
        if (refused !== undefined) return refused
        const passwordHash = await parts.passwords.hash(password)
        const { userId, sessionId, tenantId } = person
        const base = linkBaseOf(parts.settings, request.origin)
        await parts.database.transaction(PLATFORM, async (uow) => {
          await changePassword(uow, parts, { userId, passwordHash, reason: 'password-changed', keep: sessionId, base })
          const actor = { kind: 'user', id: userId, name: user.name }
          await record(uow, parts.clock, { tenantId, actor, action: 'user.password-changed' })
        })
        return noContent()
      }),
  })
}

export function notConfirmed(field: string) {
  const detail = 'The password is wrong; without one, sign in again and try at once.'
  return problem(403, 'accounts.not-confirmed', detail, { errors: [{ field, message: 'is wrong' }] })
}
