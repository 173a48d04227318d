import { defineRoute, noContent, ok, type Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { User } from '../models/user.ts'
import { dropRecoveryCodes, replaceRecoveryCodes } from '../two-factor/recovery-codes.ts'
import { afterConfirming, codesSchema, notOn, passwordOnly, refusals, shared, told } from './two-factor-change.ts'

/** New recovery codes, and the end of it. */
export function endTwoFactorRoutes(parts: Parts): readonly Route[] {
  return [codesRoute(parts), disableRoute(parts)]
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
