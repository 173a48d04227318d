import {
  type Job,
  type Logger,
  type Mailer,
  ParleyError,
  type Sealer,
  type TenantRegistry,
  type UnitOfWork,
} from '@parley/core'
import { Invitation } from '../models/member.ts'
import { User } from '../models/user.ts'
import { type OutgoingMail, openToken, outgoingMail, SEND_MAIL } from './outgoing.ts'
import { type MailFacts, type MailKind, mailOf } from './templates.ts'

export interface SendMailParts {
  readonly mailer: Mailer | undefined
  readonly sealer: Sealer
  readonly tenants: TenantRegistry
  readonly log: Logger
}

interface Recipient {
  readonly address: string
  readonly name: string
  readonly locale: string
  readonly facts: Omit<MailFacts, 'name' | 'link'>
}

/** Pages that the links lead to. The token stands behind `#`, so that no server and no log on the way sees it. */
const PAGES: Partial<Record<MailKind, string>> = {
  'verify-email': '/account/verify-email',
  'reset-password': '/account/reset-password',
  invitation: '/account/accept-invitation',
}

/** Sends what was queued. The job is the intent, its id the key by which the mailer knows a repetition. */
export function sendMail(parts: SendMailParts): Job<OutgoingMail> {
  return {
    id: SEND_MAIL,
    input: outgoingMail,
    timeoutMs: 30_000,
    retry: { max: 8, baseMs: 5_000 },
    async run(mail, uow, signal) {
      const { mailer, log } = parts
      const recipient = await recipientOf(mail, uow, parts)
      if (recipient === undefined) return
      if (mailer === undefined) {
        log.warn({ kind: mail.kind }, 'a mail was not sent: no plugin provides a mailer')
        return
      }
      const { address, name, locale, facts } = recipient
      const content = mailOf(mail.kind, { ...facts, ...linkOf(mail, parts.sealer), name })
      const to = { address, ...(name === '' ? {} : { name }) }
      const sent = await mailer.send({ to, content, locale, idempotencyKey: mail.id }, signal)
      if (sent.ok) return
      if (sent.retryable)
        throw new ParleyError('accounts.mail-failed', `The mailer did not take a mail: ${sent.reason}.`)
      log.warn({ kind: mail.kind, reason: sent.reason }, 'a mail was refused for good')
    },
  }
}

function linkOf(mail: OutgoingMail, sealer: Sealer): { link?: string } {
  const page = PAGES[mail.kind]
  const token = openToken(sealer, mail)
  return page === undefined || token === undefined ? {} : { link: `${mail.base}${page}#token=${token}` }
}

/** Whoever is gone by now gets no mail. */
async function recipientOf(
  { userId, invitationId }: OutgoingMail,
  uow: UnitOfWork,
  { tenants }: SendMailParts,
): Promise<Recipient | undefined> {
  if (invitationId !== undefined) {
    const invitation = await Invitation.in(uow).findOne({ id: invitationId }).whereNull('revoked_at')
    if (invitation === undefined) return undefined
    const team = (await tenants.find(uow.tenantId))?.name ?? ''
    return { address: invitation.email, name: '', locale: 'en', facts: { team, inviter: invitation.invited_by } }
  }
  const user = userId === undefined ? undefined : await User.in(uow).findOne({ id: userId })
  return user === undefined ? undefined : { address: user.email, name: user.name, locale: user.locale, facts: {} }
}
