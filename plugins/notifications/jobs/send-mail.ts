import { type Job, ParleyError } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { SEND_MAIL, scheduleMail } from '../mail/schedule-mail.ts'
import { mailOf } from '../mail/words.ts'
import { Outgoing } from '../models/notification.ts'

/** Sends a person what is due, as one mail. Whoever is no member any more, or has no verified address, gets none. */
export function sendMail(parts: Parts): Job<{ userId: string }> {
  const { clock, jobs, mailer, members, settings, log } = parts
  return {
    id: SEND_MAIL,
    input: Joi.object<{ userId: string }>({ userId: Joi.string().required() }),
    timeoutMs: 30_000,
    retry: { max: 8, baseMs: 5_000 },
    async run({ userId }, uow, signal) {
      const due = await Outgoing.in(uow)
        .where('user_id', userId)
        .where('due_at', '<=', clock.now())
        .orderBy('id')
        .limit(settings.perMail)
      const [first] = due
      const [member] = first === undefined ? [] : ((await members?.find(uow, [userId])) ?? [])
      if (first !== undefined && mailer !== undefined && member?.emailVerified) {
        const sent = await mailer.send(
          {
            to: { address: member.email, ...(member.name === '' ? {} : { name: member.name }) },
            content: mailOf(due, settings.linkBase),
            locale: 'en',
            idempotencyKey: first.id,
          },
          signal,
        )
        if (!sent.ok && sent.retryable)
          throw new ParleyError('notifications.mail-failed', `The mailer did not take a mail: ${sent.reason}.`)
        if (!sent.ok) log.warn({ reason: sent.reason }, 'a mail with notifications was refused for good')
      }
      const ids = due.map(({ id }) => id)
      await Outgoing.in(uow).whereIn('id', ids).delete()
      await scheduleMail(uow, jobs, userId)
    },
  }
}
