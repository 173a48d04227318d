import { type Connection, type Ingress, type IngressItem, identityKey } from '@parley/core'
import { mailFacts, personOf } from '../../mail/events/mail-facts.ts'
import { emailIdentity, type MailPlace } from '../../mail/events/place.ts'
import { readOwnId } from '../../mail/own-id.ts'
import { knownIds, type ThreadReading } from '../../mail/send/thread.ts'
import { CHANNEL } from '../channel-key.ts'
import type { FoundMail } from './read-folder.ts'

export interface StoreParts {
  readonly ingress: Ingress
  readonly threads: ThreadReading
}

export interface MailSource {
  readonly connection: Connection
  readonly ownAddresses: readonly string[]
  readonly sent: boolean
}

/** Stores mails as events, each once; resolves after COMMIT. */
export async function storeMails(parts: StoreParts, source: MailSource, mails: readonly FoundMail[]): Promise<void> {
  const items: IngressItem[] = []
  for (const found of mails) items.push(...(await itemsOf(parts, source, found)))
  if (items.length > 0) await parts.ingress.ingest(items)
}

async function itemsOf(
  { threads }: StoreParts,
  { connection, ownAddresses, sent }: MailSource,
  { mail, receivedAt }: FoundMail,
): Promise<readonly IngressItem[]> {
  const person = sent ? undefined : personOf(mail, { ownAddresses })
  const strange = mail.refersTo.some((id) => readOwnId(id) === undefined)
  const place: MailPlace = {
    ...{ connectionId: connection.id, channel: CHANNEL, receivedAt, ownAddresses, sent },
    // Our own ids say themselves whom they went to; for others the person's thread is asked.
    ...(person !== undefined && strange
      ? { known: await knownIds(threads, connection, identityKey(emailIdentity(person.address))) }
      : {}),
  }
  return mailFacts(mail, place).map(({ dedupeKey, event }) => ({
    tenantId: connection.tenantId,
    dedupeScope: connection.id,
    dedupeKey,
    event,
  }))
}
