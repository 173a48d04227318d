import type { Refusal } from './graph-refusal.ts'
import { statusError } from './graph-refusal.ts'
import type { SimulatedAccount, SimulatedPerson } from './state.ts'

type Fields = Readonly<Record<string, unknown>>

/** Meta's envelope around one change. */
export function envelope(account: SimulatedAccount, field: string, value: Fields, time?: number): Buffer {
  const entry = { id: account.wabaId, ...(time === undefined ? {} : { time }), changes: [{ field, value }] }
  return Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [entry] }))
}

function about(account: SimulatedAccount): Fields {
  return {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: account.displayPhoneNumber, phone_number_id: account.phoneNumberId },
  }
}

/** A customer's message; `message` has its `type` and body. A person with a BSUID and no phone is known by that alone. */
export function messageWebhook(
  account: SimulatedAccount,
  from: { id: string; person: SimulatedPerson },
  message: Fields,
): Buffer {
  const isPhone = /^\d+$/.test(from.id)
  const userId = from.person.userId ?? (isPhone ? undefined : from.id)
  const contact = {
    profile: { name: from.person.name },
    ...(isPhone ? { wa_id: from.id } : {}),
    ...(userId === undefined ? {} : { user_id: userId }),
  }
  const sender = { ...(isPhone ? { from: from.id } : {}), ...(userId === undefined ? {} : { from_user_id: userId }) }
  return envelope(account, 'messages', {
    ...about(account),
    contacts: [contact],
    messages: [{ ...sender, ...message }],
  })
}

export interface StatusFacts {
  readonly id: string
  readonly status: string
  readonly recipient: string
  readonly seconds: number
  readonly correlationId: string | undefined
  readonly category: string
  readonly error?: Refusal
}

export function statusWebhook(account: SimulatedAccount, facts: StatusFacts): Buffer {
  const priced = facts.status === 'failed' ? {} : { pricing: pricing(facts.category) }
  const status = {
    id: facts.id,
    status: facts.status,
    timestamp: String(facts.seconds),
    recipient_id: facts.recipient,
    ...(facts.correlationId === undefined ? {} : { biz_opaque_callback_data: facts.correlationId }),
    ...priced,
    ...(facts.error === undefined ? {} : { errors: [statusError(facts.error)] }),
  }
  return envelope(account, 'messages', { ...about(account), statuses: [status] })
}

function pricing(category: string): Fields {
  return {
    billable: category !== 'service',
    pricing_model: 'PMP',
    category,
    type: category === 'service' ? 'free_customer_service' : 'regular',
  }
}

/** What the business wrote in its own app (coexistence). */
export function echoWebhook(account: SimulatedAccount, to: string, message: Fields): Buffer {
  const echo = { from: account.displayPhoneNumber, to, ...message }
  return envelope(account, 'smb_message_echoes', { ...about(account), message_echoes: [echo] })
}
