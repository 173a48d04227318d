import { channelMessageReceived, channelPreferenceChanged, type InboundContent, type Sender } from '@parley/core'
import { addressOf, identityOf, type TwilioAddress } from '../address.ts'
import { present } from '../json.ts'
import { contentsOf } from './contents.ts'
import { declared, type OptOut, optOutOf } from './opt-out.ts'
import { known, laneOf, type Place, type Reading, unknown } from './reading.ts'
import { extraOf, referralOf } from './surroundings.ts'

const MAX_NAME = 500

/**
 * A customer's message: one event for each file, the words with the first. The word that ends or resumes messages is a
 * preference as well, told before the message itself, so that nothing is answered to a STOP.
 */
export function readMessage(place: Place, sid: string, from: TwilioAddress): readonly Reading[] {
  const sender = senderOf(place, from)
  const [identity] = sender.identities
  const contents = contentsOf(place.form)
  if (contents === undefined)
    return [unknown(place, `message:${place.form.get('MessageType') ?? 'empty'}`, from.channel, identity)]
  const type = declared(place.form.get('OptOutType'))
  const wish = type ?? (from.channel === 'twilio' ? optOutOf(place.form.get('Body') ?? '') : undefined)
  const messages = contents.map((content, index) => {
    const externalId = index === 0 ? sid : `${sid}/${index}`
    return received(place, { externalId, channel: from.channel, sender, content: asAnswered(content, wish, type) })
  })
  return [...preference(place, sid, from, sender, wish), ...messages]
}

/**
 * To HELP, and to all words of Advanced Opt-Out, Twilio has answered already: as news of the channel it is shown and not
 * answered again. STOP stays the customer's word, as the preference keeps answers from it.
 */
function asAnswered(content: InboundContent, wish: OptOut | undefined, type: OptOut | undefined): InboundContent {
  const answered = wish === 'help' || (wish === 'start' && type === 'start')
  return answered && content.kind === 'text'
    ? { kind: 'system', event: `opt-out-${wish}`, text: content.text }
    : content
}

function received(
  place: Place,
  message: { externalId: string; channel: string; sender: Sender; content: InboundContent },
): Reading {
  const { form, occurredAt } = place
  const facts = present({
    replyTo: form.get('OriginalRepliedMessageSid'),
    referral: referralOf(form),
    forwarded: form.get('Forwarded') === 'true' || form.get('FrequentlyForwarded') === 'true' ? true : undefined,
    extra: extraOf(form),
  })
  return known(place, `message:${message.externalId}`, (connectionId) => ({
    type: channelMessageReceived,
    key: laneOf(connectionId, message.sender.identities[0]),
    data: { connectionId, occurredAt, ...message, ...facts },
  }))
}

function preference(
  place: Place,
  sid: string,
  { channel }: TwilioAddress,
  sender: Sender,
  wish: OptOut | undefined,
): readonly Reading[] {
  if (wish !== 'stop' && wish !== 'start') return []
  const { occurredAt } = place
  return [
    known(place, `preference:${sid}`, (connectionId) => ({
      type: channelPreferenceChanged,
      key: laneOf(connectionId, sender.identities[0]),
      data: { connectionId, channel, occurredAt, sender, purpose: 'all', wish: wish === 'stop' ? 'stop' : 'resume' },
    })),
  ]
}

/** WhatsApp adds the profile's name and, since 2026, an id of its own (`ExternalUserId`); a carrier may tell where a number is from. */
function senderOf({ form, accountSid }: Place, from: TwilioAddress): Sender {
  const first = identityOf(from, accountSid)
  const own = addressOf(form.get('ExternalUserId') ?? '')
  const second = own === undefined ? undefined : identityOf(own, accountSid)
  const attributes = present({
    city: form.get('FromCity'),
    state: form.get('FromState'),
    zip: form.get('FromZip'),
    country: form.get('FromCountry'),
  })
  return {
    identities: second === undefined || second.value === first.value ? [first] : [first, second],
    ...present({
      displayName: form.get('ProfileName')?.slice(0, MAX_NAME).toWellFormed(),
      attributes: Object.keys(attributes).length === 0 ? undefined : clipped(attributes),
    }),
  }
}

function clipped(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, value.slice(0, 200).toWellFormed()]),
  )
}
