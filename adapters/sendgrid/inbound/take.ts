import { createHash } from 'node:crypto'
import {
  type Clock,
  type Connection,
  type Connections,
  channelUnknownReceived,
  type Database,
  type Ingress,
  identityKey,
  type ObjectStore,
  type ThreadHistory,
} from '@parley/core'
import { mailFacts, personOf } from '../../mail/events/mail-facts.ts'
import { emailIdentity, type MailFact } from '../../mail/events/place.ts'
import type { ReadMail } from '../../mail/read/mail.ts'
import { knownIds } from '../../mail/send/thread.ts'
import type { SendGridSettings } from '../settings.ts'
import { envelopeTo } from './fields.ts'
import { readForm } from './form.ts'
import { type Keeper, keepBytes, keepMail } from './kept-mail.ts'
import { ownAddresses, receiversOf } from './receivers.ts'

export interface TakeParts {
  readonly clock: Clock
  readonly connections: Connections
  readonly database: Database
  readonly history: ThreadHistory | undefined
  readonly ingress: Ingress
  readonly store: ObjectStore
  readonly settings: SendGridSettings
}

export interface InboundCall {
  readonly body: Buffer
  readonly contentType: string | string[] | undefined
}

/**
 * Keeps one call: the mail's files in the store, its events in the log. Resolves once all of it is safe, and throws when it is
 * not, so that SendGrid comes back. A mail that came before leaves nothing twice.
 */
export async function takeMail(parts: TakeParts, connection: Connection, call: InboundCall): Promise<void> {
  const form = await readForm(call.body, [call.contentType].flat()[0])
  if (form === undefined) return takeUnreadable(parts, connection, call.body)
  const siblings = await parts.connections.list(connection.tenantId, { provider: connection.provider })
  for (const receiver of receiversOf(connection, siblings, envelopeTo(form))) {
    const { mail, objectKeys } = await keepMail(keeperOf(parts, receiver), form)
    const facts = await factsOf(parts, receiver, mail)
    await store(parts, receiver, facts, objectKeys)
  }
}

async function factsOf(parts: TakeParts, connection: Connection, mail: ReadMail): Promise<readonly MailFact[]> {
  const own = ownAddresses(connection)
  const person = personOf(mail, { ownAddresses: own })
  const known =
    person === undefined || mail.refersTo.length === 0
      ? undefined
      : await knownIds(parts, connection, identityKey(emailIdentity(person.address)))
  return mailFacts(mail, {
    connectionId: connection.id,
    channel: 'sendgrid',
    receivedAt: parts.clock.now(),
    ownAddresses: own,
    ...(known === undefined ? {} : { known }),
  })
}

/** The bytes are kept whole, for somebody to look at. */
async function takeUnreadable(parts: TakeParts, connection: Connection, body: Buffer): Promise<void> {
  const objectKey = await keepBytes(keeperOf(parts, connection), body, 'application/octet-stream')
  const data = {
    connectionId: connection.id,
    channel: 'sendgrid',
    occurredAt: parts.clock.now().toISOString(),
    vendorKind: 'inbound-form',
    raw: { objectKey, bytes: body.length },
  }
  const dedupeKey = `unknown:${createHash('sha256').update(body).digest('base64url')}`
  const event = { type: channelUnknownReceived, key: connection.id, data }
  await store(parts, connection, [{ dedupeKey, event }], [objectKey])
}

async function store(
  { ingress, store }: TakeParts,
  { id, tenantId }: Connection,
  facts: readonly MailFact[],
  objectKeys: readonly string[],
): Promise<void> {
  // Before the event names them: what nobody keeps is swept away.
  await store.keep(tenantId, objectKeys)
  const items = facts.map(({ dedupeKey, event }) => ({ tenantId, event, dedupeScope: id, dedupeKey }))
  const outcomes = await ingress.ingest(items)
  if (outcomes.includes('stored')) return
  for (const key of objectKeys) await store.delete(tenantId, key)
}

function keeperOf({ store, settings }: TakeParts, { tenantId }: Connection): Keeper {
  return { store, tenantId, maxBytes: settings.maxInboundBytes }
}
