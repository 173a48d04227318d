import { type JobQueue, newId, type Sealer, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { PLATFORM } from '../platform.ts'
import type { MailKind } from './templates.ts'

/** A mail that waits to be sent. Addresses and names are looked up when it goes out; a token lies sealed until then. */
export interface OutgoingMail {
  /** Also the idempotency key of the sending. */
  readonly id: string
  readonly kind: MailKind
  readonly userId?: string
  readonly invitationId?: string
  /** Sealed. */
  readonly token?: string
  readonly base: string
}

export const outgoingMail = Joi.object<OutgoingMail>({
  id: Joi.string().uuid().required(),
  kind: Joi.string().required(),
  userId: Joi.string().uuid(),
  invitationId: Joi.string().uuid(),
  token: Joi.string(),
  base: Joi.string().required(),
})

export const SEND_MAIL = 'send-mail'

type MailParts = { readonly jobs: JobQueue; readonly sealer: Sealer }

/** Queues a mail in the caller's transaction: it goes out when, and only when, what it speaks of is stored. */
export async function queueMail(
  uow: UnitOfWork,
  { jobs, sealer }: MailParts,
  mail: Omit<OutgoingMail, 'id'>,
): Promise<void> {
  const id = newId()
  const { token, ...rest } = mail
  const sealed = token === undefined ? {} : { token: sealer.seal(token, placeOf(id)) }
  await jobs.enqueue(uow, SEND_MAIL, { ...rest, ...sealed, id } satisfies OutgoingMail)
}

export function openToken(sealer: Sealer, { id, token }: OutgoingMail): string | undefined {
  return token === undefined ? undefined : sealer.open(token, placeOf(id))
}

const placeOf = (id: string) => ({ tenantId: PLATFORM, purpose: 'mail.token', id })
