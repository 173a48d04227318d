import { type Result, refuse, type UnitOfWork } from '@parley/core'
import type { Client, Parts } from '../context.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import { complete, type SignedIn, type SignInRefusal } from '../signing-in/sign-in.ts'
import { useRecoveryCode } from './recovery-codes.ts'
import { stepOfCode } from './totp.ts'

export interface SecondFactorCall {
  readonly challenge: string
  readonly code?: string
  readonly recoveryCode?: string
  readonly client: Client
}

export type SecondFactorRefusal = 'challenge-ended' | 'code-refused' | SignInRefusal

/**
 * The second step of a sign-in. A challenge bears a few wrong codes and then ends, so that guessing needs the password
 * again each time; a right one ends it too.
 */
export async function passSecondFactor(
  parts: Parts,
  { challenge, code, recoveryCode, client }: SecondFactorCall,
): Promise<Result<SignedIn, SecondFactorRefusal>> {
  const { database, oneTime, settings } = parts
  return database.transaction(PLATFORM, async (uow) => {
    const taken = await oneTime.attempt(uow, 'second-factor', challenge, settings.secondFactorAttempts)
    const user = taken?.userId == null ? undefined : await User.in(uow).findOne({ id: taken.userId, status: 'active' })
    if (taken === undefined || user === undefined)
      return refuse('challenge-ended', 'This sign-in has ended: begin again with the password.')
    const right =
      code === undefined
        ? await useRecoveryCode(uow, user.id, recoveryCode ?? '', parts.clock)
        : await useCode(uow, parts, user, code)
    if (!right) return refuse('code-refused', 'The code is wrong, or was used before.')
    await oneTime.take(uow, taken.id)
    const { method = 'password', tenantId } = taken.data
    const wanted = tenantId === undefined ? {} : { tenantId }
    return complete(uow, parts, { user, method, client, secondFactor: true, ...wanted })
  })
}

/** A code counts once, and none before the last one that counted. */
export async function useCode(
  uow: UnitOfWork,
  { sealer, clock }: Pick<Parts, 'sealer' | 'clock'>,
  user: User,
  code: string,
): Promise<boolean> {
  if (user.totp_secret === null) return false
  const secret = sealer.open(user.totp_secret, placeOfTotp(user.id))
  const step = stepOfCode(secret, code, clock.millis())
  if (step === undefined) return false
  const used = await User.in(uow)
    .where('id', user.id)
    .where((either) => either.whereNull('totp_last_step').orWhere('totp_last_step', '<', step))
    .patch({ totp_last_step: String(step) })
  return used === 1
}

export const placeOfTotp = (userId: string) => ({ tenantId: PLATFORM, purpose: 'user.totp_secret', id: userId })
