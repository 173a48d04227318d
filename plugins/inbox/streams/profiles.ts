import {
  type ChannelProfiles,
  type Connections,
  type ContactCreated,
  type ContactDirectory,
  contactCreated,
  type Database,
  type EventStream,
  type Identity,
  type Selector,
  type StreamDelivery,
} from '@parley/core'
import { mergeMap, type Observable } from 'rxjs'
import type { InboxSettings } from '../settings/app.ts'

export interface ProfilesParts {
  readonly connections: Connections
  readonly contacts: ContactDirectory
  readonly database: Database
  readonly profiles: Selector<ChannelProfiles>
  readonly settings: InboxSettings
}

type Created = StreamDelivery<ContactCreated>

/** Where a nameless person writes. */
interface Address {
  readonly connectionId: string
  readonly channel: string
  readonly address: Identity
}

/**
 * Asks the vendor for the name of a new contact that has none, where its messages do not say who wrote them. Beside the
 * messages: nobody waits for a name, and a name is worth a few tries and no more.
 */
export function profiles(parts: ProfilesParts): EventStream {
  const { profileConcurrency, profileMaxAttempts } = parts.settings
  return {
    id: 'profiles',
    on: [contactCreated],
    prefetch: profileConcurrency * 16,
    retry: { max: profileMaxAttempts },
    pipe: (source) =>
      (source as Observable<Created>).pipe(
        mergeMap((delivery) => delivery.run(() => handle(parts, delivery)), profileConcurrency),
      ),
  }
}

/** Never throws: what could not be done comes back. */
async function handle(parts: ProfilesParts, delivery: Created): Promise<void> {
  try {
    const wait = await nameOne(parts, delivery)
    if (wait === undefined) delivery.ack()
    else delivery.nack(new Error(wait), { delayMs: parts.settings.authRetryMs })
  } catch (error) {
    delivery.nack(error instanceof Error ? error : new Error(String(error)))
  }
}

/** Why it must be tried again, when it must. */
async function nameOne(parts: ProfilesParts, { event, attempt, signal }: Created): Promise<string | undefined> {
  const { tenantid: tenantId, data } = event
  const place = await placeOf(parts, tenantId, data.contactId)
  const source = place && parts.profiles.byKey(place.channel)
  const connection = place && (await parts.connections.get(tenantId, place.connectionId))
  if (place === undefined || connection === undefined || source === undefined) return undefined
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(parts.settings.sendTimeoutMs)])
  const told = await source.profileOf({ connection, identity: place.address, signal: deadline })
  if (told.ok) {
    await parts.database.transaction(tenantId, (uow) => parts.contacts.resolve(uow, [told.sender]))
    return undefined
  }
  return told.failure === 'hidden' || attempt >= parts.settings.profileMaxAttempts ? undefined : told.detail
}

function placeOf(parts: ProfilesParts, tenantId: string, contactId: string): Promise<Address | undefined> {
  return parts.database.transaction(tenantId, async (uow) => {
    const [contact] = await parts.contacts.find(uow, [contactId])
    if (contact === undefined || contact.name !== '') return undefined
    const threads: readonly Address[] = await uow
      .trx('inbox.thread')
      .where({ tenant_id: tenantId, contact_id: contactId })
      .select('connection_id as connectionId', 'channel', 'address')
    return threads.find(({ channel }) => parts.profiles.byKey(channel) !== undefined)
  })
}
