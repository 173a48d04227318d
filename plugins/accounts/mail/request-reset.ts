import { type Job, type JobQueue, newId, type Sealer, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { normaliseEmail } from '../domain/email.ts'
import { User } from '../models/user.ts'
import { PLATFORM } from '../platform.ts'
import type { AccountsSettings } from '../settings.ts'
import type { OneTimeTokens } from '../tokens/one-time-tokens.ts'
import { queueMail } from './outgoing.ts'

interface ResetWish {
  readonly id: string
  /** Sealed. */
  readonly email: string
  readonly base: string
}

export const REQUEST_RESET = 'request-reset'

export interface RequestResetParts {
  readonly jobs: JobQueue
  readonly sealer: Sealer
  readonly oneTime: OneTimeTokens
  readonly settings: AccountsSettings
}

/** Writes down that somebody asked, whoever it is: known and unknown addresses take the same path, and the same time. */
export async function wishReset(
  uow: UnitOfWork,
  { jobs, sealer }: Pick<RequestResetParts, 'jobs' | 'sealer'>,
  wish: { readonly email: string; readonly base: string },
): Promise<void> {
  const id = newId()
  const email = sealer.seal(normaliseEmail(wish.email), placeOf(id))
  await jobs.enqueue(uow, REQUEST_RESET, { id, email, base: wish.base } satisfies ResetWish)
}

/** Finds out later whether there is such a person, and mails the link if so. */
export function requestReset({ jobs, sealer, oneTime, settings }: RequestResetParts): Job<ResetWish> {
  return {
    id: REQUEST_RESET,
    input: Joi.object({
      id: Joi.string().uuid().required(),
      email: Joi.string().required(),
      base: Joi.string().required(),
    }),
    retry: { max: 8, baseMs: 5_000 },
    async run({ id, email, base }, uow) {
      const user = await User.in(uow).findOne({ email_norm: sealer.open(email, placeOf(id)), status: 'active' })
      if (user === undefined) return
      const { token } = await oneTime.issue(uow, 'reset-password', {
        userId: user.id,
        seconds: settings.resetPasswordSeconds,
      })
      await queueMail(uow, { jobs, sealer }, { kind: 'reset-password', userId: user.id, token, base })
    },
  }
}

const placeOf = (id: string) => ({ tenantId: PLATFORM, purpose: 'reset.email', id })
