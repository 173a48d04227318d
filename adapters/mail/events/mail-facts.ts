import { createHash } from 'node:crypto'
import { channelMessageEchoed, channelMessageReceived, channelUnknownReceived, type MailAddress } from '@parley/core'
import { readOwnId } from '../own-id.ts'
import type { ReadMail } from '../read/mail.ts'
import { aboutMail, laneOf, type MailFact, type MailPlace, senderOf } from './place.ts'
import { reportFacts } from './report-facts.ts'

const MAX_REFERENCES = 20
/** Addresses that nobody reads: what they pass on (a form on a web site) is answered where they say. */
const NOBODY = /^(no-?reply|do-?not-?reply|donotreply|noreply|forms?|wordpress)\b/i

/**
 * What a mail is to the platform, as events in order: a message of a customer, a copy of what the business wrote, what became
 * of a mail of ours, or something that nobody knows. Pure; a mail is never nothing.
 */
export function mailFacts(mail: ReadMail, place: MailPlace): readonly MailFact[] {
  if (mail.report !== undefined) return reportFacts(mail, mail.report, place)
  if (place.sent === true || isOwnCopy(mail, place)) return echoFacts(mail, place)
  const person = personOf(mail, place)
  if (person === undefined) return [unknownFact(mail, place, 'mail-without-sender')]
  return [received(mail, person, place)]
}

/** Kept whole as far as it can be read, so that somebody can look at it. */
export function unknownFact(mail: ReadMail, place: MailPlace, vendorKind: string): MailFact {
  const { subject, from, content } = mail
  const raw = { messageId: mail.messageId, subject, ...(from === undefined ? {} : { from }), content }
  return {
    dedupeKey: `unknown:${fingerprint(mail)}`,
    event: {
      type: channelUnknownReceived,
      key: laneOf(place.connectionId, from?.address),
      data: { ...aboutMail(mail, place), vendorKind, raw },
    },
  }
}

/** Senders reuse ids, so the id alone does not tell two mails apart. */
export function fingerprint({ messageId, from, subject, date }: ReadMail): string {
  const facts = JSON.stringify([messageId, from?.address, subject, date?.getTime()])
  return createHash('sha256').update(facts).digest('base64url')
}

/** A copy that our server made of our own mail, found outside of the Sent folder: Gmail shows it so when somebody is in copy. */
function isOwnCopy({ messageId, to, from }: ReadMail, { connectionId, ownAddresses }: MailPlace): boolean {
  const own = readOwnId(messageId)
  const fromUs = from !== undefined && ownAddresses.includes(from.address)
  return fromUs && own !== undefined && to.some(({ address }) => own.isBetween(connectionId, address))
}

function echoFacts(mail: ReadMail, place: MailPlace): readonly MailFact[] {
  const own = readOwnId(mail.messageId)
  const recipient = [...mail.to, ...mail.cc].find(({ address }) => !place.ownAddresses.includes(address))
  if (recipient === undefined) return [unknownFact(mail, place, 'mail-without-recipient')]
  return [
    {
      dedupeKey: `echo:${fingerprint(mail)}`,
      event: {
        type: channelMessageEchoed,
        key: laneOf(place.connectionId, recipient.address),
        data: {
          ...aboutMail(mail, place),
          externalId: mail.messageId,
          recipient: senderOf(recipient),
          content: mail.content,
          ...(own?.isBetween(place.connectionId, recipient.address) ? { correlationId: own.correlationId } : {}),
        },
      },
    },
  ]
}

/** Whoever is to be answered: the author; where that is nobody or ourselves (a form on our site), the one they name. */
export function personOf(
  { from, replyTo }: ReadMail,
  { ownAddresses }: Pick<MailPlace, 'ownAddresses'>,
): MailAddress | undefined {
  const nobody = from === undefined || NOBODY.test(from.address) || ownAddresses.includes(from.address)
  return nobody ? (replyTo ?? from) : from
}

function received(mail: ReadMail, person: MailAddress, place: MailPlace): MailFact {
  const { refersTo } = mail
  const mine = (id: string) =>
    place.known?.has(id) === true || readOwnId(id)?.isBetween(place.connectionId, person.address)
  const replyTo = refersTo.find(mine)
  const data = {
    ...aboutMail(mail, place),
    externalId: mail.messageId,
    sender: senderOf(person),
    content: fromOurselves(mail, place) ? { ...mail.content, automatic: true } : mail.content,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(refersTo.length === 0 ? {} : { extra: { refersTo: refersTo.slice(0, MAX_REFERENCES) } }),
  }
  return {
    dedupeKey: `mail:${fingerprint(mail)}`,
    event: { type: channelMessageReceived, key: laneOf(place.connectionId, person.address), data } as MailFact['event'],
  }
}

/** A mail that claims to be ours and names nobody else: answering it would be talking to ourselves. */
function fromOurselves({ from, replyTo, content }: ReadMail, { ownAddresses }: MailPlace): boolean {
  return content.kind === 'email' && replyTo === undefined && from !== undefined && ownAddresses.includes(from.address)
}
