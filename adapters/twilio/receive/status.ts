import { channelStatusChanged, type DeliveryStatus } from '@parley/core'
import { identityOf, type TwilioAddress } from '../address.ts'
import { present } from '../json.ts'
import { handedBack } from '../status-callback.ts'
import { known, laneOf, type Place, type Reading, unknown } from './reading.ts'

/** `undelivered` is the carrier's no, `failed` Twilio's. */
const STATUSES: ReadonlyMap<string, DeliveryStatus> = new Map([
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['undelivered', 'failed'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
])

/** Twilio has it, and has handed it to nobody yet: nothing that an agent would see. */
const UNDER_WAY = new Set(['accepted', 'scheduled', 'queued', 'sending'])

/** What became of a message of ours. Statuses come in no particular order. */
export function readStatus(place: Place, sid: string, to: TwilioAddress): readonly Reading[] {
  const { form, occurredAt } = place
  const name = form.get('MessageStatus') ?? 'missing'
  if (UNDER_WAY.has(name)) return []
  const recipient = identityOf(to, place.accountSid)
  const status = STATUSES.get(name)
  if (status === undefined) return [unknown(place, `status:${name}`, to.channel, recipient)]
  const { correlationId, segments } = handedBack(place.query)
  const details = present({
    correlationId,
    errors: status === 'failed' ? [errorOf(place, name)] : undefined,
    extra: segments === undefined ? undefined : { segments },
  })
  return [
    known(place, `status:${sid}:${name}`, (connectionId) => ({
      type: channelStatusChanged,
      key: laneOf(connectionId, recipient),
      data: { connectionId, channel: to.channel, occurredAt, externalId: sid, status, recipient, ...details },
    })),
  ]
}

/** Titles of the codes that statuses bring most. */
const TITLES: Readonly<Record<string, string>> = {
  '21610': 'The customer asked not to be written to',
  '30003': 'Unreachable handset',
  '30004': 'Blocked by the customer or the carrier',
  '30005': 'Unknown handset',
  '30006': 'Landline or unreachable carrier',
  '30007': 'Filtered by the carrier',
  '30008': 'Unknown error of the carrier',
  '30022': 'Above the rate of the A2P registration',
  '30034': 'The number is not registered for A2P 10DLC',
  '63016': "Outside WhatsApp's 24-hour window",
  '63018': "Above WhatsApp's rate",
  '63024': 'No such recipient on WhatsApp',
}

function errorOf({ form }: Place, name: string) {
  const code = form.get('ErrorCode') ?? name
  const title = TITLES[code] ?? form.get('ErrorMessage') ?? form.get('ChannelStatusMessage') ?? `Twilio: ${name}`
  return { code, title }
}
