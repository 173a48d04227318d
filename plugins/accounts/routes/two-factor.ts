import {
  defineRoute,
  noContent,
  ok,
  problem,
  type Reply,
  type Route,
  type RouteRequest,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { linkBaseOf } from '../mail/link-base.ts'
import { queueMail } from '../mail/outgoing.ts'
import { record } from '../members/activity.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { asPerson, OWN_ACCOUNT, type SignedIn } from '../sessions/signed-in.ts'
import { confirmed } from '../signing-in/confirm.ts'
import { placeOfTotp, useCode } from '../two-factor/pass.ts'
import { dropRecoveryCodes, recoveryCodesLeft, replaceRecoveryCodes } from '../two-factor/recovery-codes.ts'
import { newTotpSecret, totpUri } from '../two-factor/totp.ts'
import { notConfirmed } from './passwords.ts'
import { password } from './schemas.ts'

const shared = { tags: ['auth'], access: OWN_ACCOUNT, limit: 'auth', idempotent: false } as const
const passwordOnly = Joi.object<{ password?: string }>({
  password: password.description('Not for accounts that sign in elsewhere: those sign in again just before.'),
})
const codesSchema = Joi.object({
  recoveryCodes: Joi.array().items(Joi.string()).required().description('Each works once. Shown now and never again.'),
})
const refusals = { 409: { description: 'It is on already, or not on.' }, 429: { description: 'Too many attempts.' } }

/** The second factor of the own account: an authenticator app (TOTP), and recovery codes for when it is lost. */
export function twoFactorRoutes(parts: Parts): readonly Route[] {
  return [statusRoute(parts), enrolRoute(parts), confirmRoute(parts), codesRoute(parts), disableRoute(parts)]
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

function codesRoute(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'POST',
    path: '/api/auth/two-factor/recovery-codes',
    id: 'renewRecoveryCodes',
    summary: 'New recovery codes; the old ones end.',
    payload: passwordOnly,
    responses: { 200: { description: 'The new codes.', schema: codesSchema }, ...refusals },
    handle: (request) =>
      afterConfirming(parts, request, async (uow, user, person) => {
        if (user.totp_enabled_at === null) return notOn()
        await told(uow, parts, person, user, request, 'user.recovery-codes-renewed')
        return ok({ recoveryCodes: await replaceRecoveryCodes(uow, user.id, parts.settings.recoveryCodes) })
      }),
  })
}

function disableRoute(parts: Parts): Route {
  return defineRoute({
    ...shared,
    method: 'POST',
    path: '/api/auth/two-factor/disable',
    id: 'disableTwoFactor',
    summary: 'Switches the second factor off.',
    payload: passwordOnly,
    responses: { 204: { description: 'It is off.' }, ...refusals },
    handle: (request) =>
      afterConfirming(parts, request, async (uow, user, person) => {
        if (user.totp_enabled_at === null) return notOn()
        const off = { totp_secret: null, totp_enabled_at: null, totp_last_step: null, updated_at: parts.clock.now() }
        await User.in(uow).where('id', user.id).patch(off)
        await dropRecoveryCodes(uow, user.id)
        await told(uow, parts, person, user, request, 'user.second-factor-disabled')
        return noContent()
      }),
  })
}

/** Runs the change once the person at the keyboard has shown that it is still them. */
function afterConfirming(
  parts: Parts,
  request: RouteRequest<unknown, unknown, { password?: string }>,
  work: (uow: UnitOfWork, user: User, person: SignedIn) => Promise<Reply>,
): Promise<Reply> {
  return asPerson(request, async (person) => {
    const user = await confirmed(parts, person, request.payload.password)
    if (user === undefined) return notConfirmed('password')
    return parts.database.transaction(PLATFORM, (uow) => work(uow, user, person))
  })
}

async function told(
  uow: UnitOfWork,
  parts: Parts,
  { tenantId }: SignedIn,
  user: User,
  { origin }: Pick<RouteRequest, 'origin'>,
  action: string,
): Promise<void> {
  const base = linkBaseOf(parts.settings, origin)
  await queueMail(uow, parts, { kind: 'second-factor-changed', userId: user.id, base })
  await record(uow, parts.clock, { tenantId, actor: { kind: 'user', id: user.id, name: user.name }, action })
}

const already = () => problem(409, 'accounts.two-factor-state', 'The second factor is on already, or was not begun.')
const notOn = () => problem(409, 'accounts.two-factor-state', 'The second factor is not on.')
