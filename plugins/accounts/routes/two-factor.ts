import { defineRoute, ok, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { asPerson, OWN_ACCOUNT } from '../sessions/signed-in.ts'
import { placeOfTotp, useCode } from '../two-factor/pass.ts'
import { recoveryCodesLeft, replaceRecoveryCodes } from '../two-factor/recovery-codes.ts'
import { newTotpSecret, totpUri } from '../two-factor/totp.ts'
import { afterConfirming, already, codesSchema, passwordOnly, refusals, shared, told } from './two-factor-change.ts'

/** The second factor of the own account: an authenticator app (TOTP), and recovery codes for when it is lost. */
export function twoFactorRoutes(parts: Parts): readonly Route[] {
  return [statusRoute(parts), enrolRoute(parts), confirmRoute(parts)]
}

function statusRoute({ database }: Parts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/auth/two-factor',
    id: 'getTwoFactor',
    summary: 'Is the second factor on, and how many recovery codes are left?',
    tags: shared.tags,
    access: OWN_ACCOUNT,
    responses: {
      200: {
        description: 'The state of it.',
        schema: Joi.object({ enabled: Joi.boolean().required(), recoveryCodesLeft: Joi.number().integer().required() }),
      },
    },
    handle: (request) =>
      asPerson(request, ({ userId }) =>
        database.transaction(PLATFORM, async (uow) => {
          const user = await User.in(uow).findOne({ id: userId })
          const left = await recoveryCodesLeft(uow, userId)
          return ok({ enabled: user?.totp_enabled_at != null, recoveryCodesLeft: left })
        }),
      ),
  })
}

function enrolRoute(parts: Parts): Route {
  const { sealer, settings, clock } = parts
  return defineRoute({
    ...shared,
    method: 'POST',
    path: '/api/auth/two-factor/enrol',
    id: 'enrolTwoFactor',
    summary: 'Makes a secret for the authenticator app. It is in force once a code of it has come back.',
    payload: passwordOnly,
    responses: {
      200: {
        description: 'The secret, and the address that a QR code shows.',
        schema: Joi.object({ secret: Joi.string().required(), uri: Joi.string().required() }),
      },
      ...refusals,
    },
    handle: (request) =>
      afterConfirming(parts, request, async (uow, user) => {
        if (user.totp_enabled_at !== null) return already()
        const secret = newTotpSecret()
        const sealed = sealer.seal(secret, placeOfTotp(user.id))
        await User.in(uow)
          .where('id', user.id)
          .patch({ totp_secret: sealed, totp_last_step: null, updated_at: clock.now() })
        return ok({ secret, uri: totpUri(secret, settings.totpIssuer, user.email) })
      }),
  })
}

function confirmRoute(parts: Parts): Route {
  const { database, clock, settings } = parts
  return defineRoute({
    ...shared,
    method: 'POST',
    path: '/api/auth/two-factor/confirm',
    id: 'confirmTwoFactor',
    summary: 'Switches the second factor on with a first code, and gives recovery codes.',
    payload: Joi.object<{ code: string }>({
      code: Joi.string()
        .pattern(/^\d{6}$/, 'six digits')
        .required(),
    }),
    responses: {
      200: { description: 'It is on.', schema: codesSchema },
      422: { description: 'The code is wrong.' },
      ...refusals,
    },
    handle: (request) =>
      asPerson(request, (person) =>
        database.transaction(PLATFORM, async (uow) => {
          const user = await User.in(uow).findOne({ id: person.userId }).forUpdate()
          if (user === undefined || user.totp_secret === null || user.totp_enabled_at !== null) return already()
          if (!(await useCode(uow, parts, user, request.payload.code)))
            return problem(422, 'accounts.code-refused', 'The code is wrong: is the clock of the device right?')
          await User.in(uow).where('id', user.id).patch({ totp_enabled_at: clock.now() })
          await told(uow, parts, person, user, request, 'user.second-factor-enabled')
          return ok({ recoveryCodes: await replaceRecoveryCodes(uow, user.id, settings.recoveryCodes) })
        }),
      ),
  })
}
