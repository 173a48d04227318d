import { accepted, defineRoute, noContent, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { linkBaseOf } from '../mail/link-base.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { asPerson, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { sendVerification } from '../signing-in/register.ts'
import { secretToken } from './schemas.ts'

const tags = ['auth']

export function verifyEmailRoutes(parts: Parts): readonly Route[] {
  return [verifyRoute(parts), resendRoute(parts)]
}

function verifyRoute({ database, oneTime, clock, standings }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/verify-email',
    id: 'verifyEmail',
    summary: 'Confirms an email address with the token of the mail.',
    tags,
    access: { public: 'The token of the mail is the credential.' },
    limit: 'auth',
    payload: Joi.object<{ token: string }>({ token: secretToken.required() }),
    responses: {
      204: { description: 'The address is confirmed.' },
      410: { description: 'The token is unknown, was used, or has expired.' },
      429: { description: 'Too many attempts.' },
    },
    async handle({ payload }) {
      const done = await database.transaction(PLATFORM, async (uow) => {
        const redeemed = await oneTime.redeem(uow, 'verify-email', payload.token)
        if (redeemed?.userId == null) return false
        const now = clock.now()
        await User.in(uow).where('id', redeemed.userId).patch({ email_verified_at: now, updated_at: now })
        uow.afterCommit(() => standings.clear())
        return true
      })
      return done
        ? noContent()
        : problem(410, 'accounts.link-ended', 'This link is not known, was used, or has expired.')
    },
  })
}

function resendRoute(parts: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/auth/verify-email/resend',
    id: 'resendVerification',
    summary: 'Mails the link again; the one before ends.',
    tags,
    access: OWN_ACCOUNT,
    limit: 'auth',
    responses: {
      202: { description: 'On its way.', schema: Joi.object({ emailVerified: Joi.valid(false).required() }) },
      409: { description: 'The address is confirmed already.' },
      429: { description: 'Too many attempts.' },
    },
    handle: (request) =>
      asPerson(request, async ({ userId }) => {
        const sent = await parts.database.transaction(PLATFORM, async (uow) => {
          const user = await User.in(uow).findOne({ id: userId }).whereNull('email_verified_at')
          if (user === undefined) return false
          await sendVerification(uow, parts, userId, linkBaseOf(parts.settings, request.origin))
          return true
        })
        if (!sent) return problem(409, 'accounts.already-verified', 'The address is confirmed already.')
        return accepted({ emailVerified: false })
      }),
  })
}
