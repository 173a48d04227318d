import type { Channel, Connection } from '@parley/core'
import { asList, asRecord, asText, type Json } from '../json.ts'
import type { TwilioAnswer } from '../wire/exchange.ts'
import type { TwilioApi, TwilioClient } from '../wire/twilio-api.ts'
import { refusalOf } from './outcome.ts'

type Tested = Awaited<ReturnType<Channel['test']>>

/** How Twilio is asked whether a sender is the account's own, and where the answer names it. */
interface Question {
  ask(client: TwilioClient): Promise<unknown>
  /** The sender's name, or `undefined` when the account does not have it. */
  read(body: Json): string | undefined
}

/** Asks for the very sender: a credential that is good for another account's must not pass. */
export async function testSender(api: TwilioApi, connection: Connection, signal: AbortSignal): Promise<Tested> {
  const { externalId, secrets } = connection
  const question = questionFor(externalId)
  const answer = await api.call(connection, signal, question.ask)
  const refusal = refusalOf(answer, Object.values(secrets))
  if (refusal !== undefined) return { ok: false, detail: `${refusal.code}: ${refusal.detail}` }
  const title = question.read(bodyOf(answer))
  return title === undefined
    ? { ok: false, detail: `The Twilio account does not have the sender ${externalId}.` }
    : { ok: true, title }
}

function bodyOf(answer: TwilioAnswer | undefined): Json {
  return (answer?.outcome === 'answered' ? asRecord(answer.body) : undefined) ?? {}
}

function questionFor(sender: string): Question {
  if (sender.startsWith('MG'))
    return {
      ask: (client) => client.messaging.v1.services(sender).fetch(),
      read: (body) => (body.sid === sender ? (asText(body.friendly_name) ?? sender) : undefined),
    }
  if (sender.startsWith('whatsapp:'))
    return {
      ask: (client) => client.messaging.v2.channelsSenders.page({ channel: 'whatsapp', pageSize: 100 }),
      read: (body) => named(asList(body.senders), ({ sender_id: id }) => id === sender, sender),
    }
  if (sender.startsWith('+'))
    return {
      ask: (client) => client.incomingPhoneNumbers.page({ phoneNumber: sender, pageSize: 20 }),
      read: (body) => named(asList(body.incoming_phone_numbers), ({ phone_number: it }) => it === sender, sender),
    }
  return {
    ask: (client) => client.api.v2010.account.shortCodes.page({ shortCode: sender, pageSize: 20 }),
    read: (body) => named(asList(body.short_codes), ({ short_code: it }) => asText(it) === sender, sender),
  }
}

function named(found: readonly unknown[], wanted: (one: Json) => boolean, sender: string): string | undefined {
  const one = found.map(asRecord).find((candidate) => candidate !== undefined && wanted(candidate))
  if (one === undefined) return undefined
  return asText(one.friendly_name) ?? asText(asRecord(one.profile)?.name) ?? sender
}
