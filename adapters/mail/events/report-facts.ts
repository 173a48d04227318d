import { channelStatusChanged } from '@parley/core'
import { readOwnId } from '../own-id.ts'
import type { ReadMail } from '../read/mail.ts'
import type { MailReport, ReportFact } from '../read/report.ts'
import { fingerprint, unknownFact } from './mail-facts.ts'
import { aboutMail, emailIdentity, laneOf, type MailFact, type MailPlace } from './place.ts'

/** A bounce, a complaint, a receipt: what became of the mail it names. One that says nothing about a mail is kept as unknown. */
export function reportFacts(mail: ReadMail, report: MailReport, place: MailPlace): readonly MailFact[] {
  const externalId = report.about.find((id) => readOwnId(id) !== undefined) ?? report.about[0]
  const told = report.facts.filter((fact) => fact.status !== undefined)
  if (externalId === undefined || told.length === 0) return [unknownFact(mail, place, `mail-report:${report.kind}`)]
  return told.map((fact, index) => statusFact(mail, { fact, externalId, index }, place))
}

function statusFact(
  mail: ReadMail,
  { fact, externalId, index }: { fact: ReportFact; externalId: string; index: number },
  place: MailPlace,
): MailFact {
  const own = readOwnId(externalId)
  const { recipient, error, status = 'failed' } = fact
  return {
    dedupeKey: `report:${index}:${fingerprint(mail)}`,
    event: {
      type: channelStatusChanged,
      key: laneOf(place.connectionId, recipient),
      data: {
        ...aboutMail(mail, place),
        externalId,
        status,
        ...(recipient === undefined ? {} : { recipient: emailIdentity(recipient) }),
        ...(own === undefined ? {} : { correlationId: own.correlationId }),
        ...(error === undefined ? {} : { errors: [error] }),
      },
    },
  }
}
