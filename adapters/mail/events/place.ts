import type { Identity, MailAddress, NewEvent, Sender } from '@parley/core'
import { identityKey } from '@parley/core'
import type { ReadMail } from '../read/mail.ts'

/** Where a mail was found. */
export interface MailPlace {
  readonly connectionId: string
  /** The adapter's provider key. */
  readonly channel: string
  /** When the server took it in. */
  readonly receivedAt: Date
  /** Addresses of the connection, in lower case. */
  readonly ownAddresses: readonly string[]
  /** It lies among the mails that the business sent: nobody else can have put it there. */
  readonly sent?: boolean
  /**
   * Message-IDs out of the mail's `refersTo` that are known to belong to this connection and this very person. Ours need not be
   * named: they tell it themselves.
   */
  readonly known?: ReadonlySet<string>
}

/** An event, and what makes its repetition a duplicate within the connection. */
export interface MailFact {
  readonly dedupeKey: string
  readonly event: NewEvent
}

export function emailIdentity(address: string): Identity {
  return { kind: 'email', scope: '', value: address.toLowerCase() }
}

export function senderOf({ address, name }: MailAddress): Sender {
  return { identities: [emailIdentity(address)], ...(name === undefined ? {} : { displayName: name }) }
}

/** One lane a person; what concerns nobody goes in the connection's own. */
export function laneOf(connectionId: string, address: string | undefined): string {
  return address === undefined ? connectionId : `${connectionId}/${identityKey(emailIdentity(address))}`
}

const MAX_DELAY_MS = 7 * 86_400_000

/** When it was written, as far as the server's own clock allows: a Date header says what the sender likes. */
export function occurredAt({ date }: ReadMail, receivedAt: Date): string {
  const late = date === undefined ? Number.NaN : receivedAt.getTime() - date.getTime()
  return (late >= 0 && late <= MAX_DELAY_MS && date !== undefined ? date : receivedAt).toISOString()
}

export function aboutMail(mail: ReadMail, { connectionId, channel, receivedAt }: MailPlace) {
  return { connectionId, channel, occurredAt: occurredAt(mail, receivedAt) }
}
