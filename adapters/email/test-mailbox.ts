import type { Channel, Connections } from '@parley/core'
import { accountOf } from './account/account.ts'
import { openSession, type SessionParts } from './receive/imap-session.ts'
import type { Mailboxes } from './receive/mailboxes.ts'
import { type SendParts, smtpTarget, withoutSecrets } from './send/channel.ts'
import { SmtpFailed } from './send/smtp-failed.ts'

/** Logs in both ways. A mailbox that is connected and passes is read from then on. */
export function testMailbox(
  parts: SendParts & SessionParts & { readonly connections: Connections; readonly mailboxes: Mailboxes },
): Channel['test'] {
  return async (connection, signal) => {
    const refuse = (detail: string) => ({ ok: false, detail: withoutSecrets(detail, connection) }) as const
    const read = accountOf(connection)
    if (!read.ok) return refuse(read.detail)
    const { account } = read
    const target = await smtpTarget(parts, connection, account)
    if (!target.ok) return refuse(`Sending: ${target.detail}`)
    try {
      const { tryLogin } = await import('./send/smtp.ts')
      await tryLogin(target.target, signal)
    } catch (error) {
      if (!(error instanceof SmtpFailed)) throw error
      return refuse(`Sending: ${error.error.response ?? 'the server cannot be reached'}`)
    }
    if (account.imap !== undefined) {
      const session = await openSession(parts, connection, { ...account, imap: account.imap }, signal)
      if (!session.ok) return refuse(`Receiving: ${session.detail}`)
      session.client.close()
    }
    const stored = await parts.connections.get(connection.tenantId, connection.id)
    if (stored !== undefined) await parts.mailboxes.want(stored)
    return { ok: true, title: account.from.address }
  }
}
