import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import { asRecord, asText, type Json } from '../../meta/json.ts'
import { checkMessage } from './check-message.ts'
import { checkTemplate } from './check-template.ts'
import { postWebhook, type SimulatorContext } from './context.ts'
import { graphRefusal, type Refusal, refusal } from './graph-refusal.ts'
import type { SimulatedAccount } from './state.ts'
import { statusWebhook } from './webhook-bodies.ts'

const MAX_READS = 10_000

/** `POST /{version}/{phone_number_id}/messages`: a send, or a read receipt. */
export function messagesEndpoint(
  context: SimulatorContext,
  account: SimulatedAccount,
  request: VendorRequest,
): VendorReply {
  const message = asRecord(jsonOf(request))
  if (message === undefined) return graphRefusal(refusal(100, 'The body is not a JSON object.'))
  if (message.status === 'read') return markRead(context, message)
  const problem = checkMessage(message)
  if (problem !== undefined) return graphRefusal(problem)
  const category = categoryOf(context, account, message)
  if (typeof category !== 'string') return graphRefusal(category)
  const to = (asText(message.to) ?? asText(message.recipient) ?? '').replace(/^\+/, '')
  const undeliverable = deliveryProblem(context, account, message, to, category)
  if (undeliverable !== undefined && !context.behaviour.lateErrors) return graphRefusal(undeliverable)
  return accept(context, account, { message, to, category, undeliverable })
}

/** `service`, or the template's category; a refusal when the template is wrong. */
function categoryOf(context: SimulatorContext, account: SimulatedAccount, message: Json): string | Refusal {
  if (message.type !== 'template') return mediaProblem(context, message) ?? 'service'
  const checked = checkTemplate(asRecord(message.template) ?? {}, context.state.templatesOf(account.wabaId))
  return checked.ok ? checked.template.category.toLowerCase() : checked.refusal
}

function mediaProblem(context: SimulatorContext, message: Json): Refusal | undefined {
  const id = asText(asRecord(message[asText(message.type) ?? ''])?.id)
  if (id === undefined || context.state.media.has(id)) return undefined
  return refusal(131009, `Media ID ${id} does not exist.`)
}

function deliveryProblem(
  context: SimulatorContext,
  account: SimulatedAccount,
  message: Json,
  to: string,
  category: string,
): Refusal | undefined {
  const person = context.state.people.get(to)
  if (to === account.displayPhoneNumber) return refusal(131021, 'Recipient phone number cannot be sender phone number.')
  if (person?.unreachable === true) return refusal(131026, 'Message failed to send.')
  if (category === 'marketing' && person?.stoppedMarketing === true)
    return refusal(131050, 'The recipient has stopped marketing messages from this business.')
  if (message.type === 'template' || !context.behaviour.enforceWindow) return undefined
  if (context.state.windowOpen(account.phoneNumberId, to, context.now())) return undefined
  return refusal(131047, 'More than 24 hours have passed since the customer last replied to this number.')
}

interface Accepted {
  readonly message: Json
  readonly to: string
  readonly category: string
  readonly undeliverable: Refusal | undefined
}

function accept(context: SimulatorContext, account: SimulatedAccount, send: Accepted): VendorReply {
  const { message, to, category, undeliverable } = send
  const id = context.state.nextId('wamid')
  const correlationId = asText(message.biz_opaque_callback_data)
  const type = asText(message.type) ?? 'text'
  const at = context.now()
  if (undeliverable === undefined)
    context.state.received.add({ id, phoneNumberId: account.phoneNumberId, to, at, type, message, correlationId })
  const statuses = undeliverable === undefined ? context.behaviour.statuses : ['failed']
  const seconds = Math.floor(at / 1000)
  const error = undeliverable === undefined ? {} : { error: undeliverable }
  for (const status of account.callbackUrl === undefined ? [] : statuses)
    postWebhook(
      context,
      account,
      statusWebhook(account, { id, status, recipient: to, seconds, correlationId, category, ...error }),
    )
  const isUserId = asText(message.to) === undefined
  return {
    status: 200,
    body: {
      messaging_product: 'whatsapp',
      contacts: [isUserId ? { input: to, user_id: to } : { input: asText(message.to), wa_id: to }],
      messages: [type === 'template' ? { id, message_status: 'accepted' } : { id }],
    },
  }
}

function markRead(context: SimulatorContext, message: Json): VendorReply {
  const id = asText(message.message_id)
  if (id === undefined) return graphRefusal(refusal(131008, 'The parameter message_id is required.'))
  context.state.reads.push(id)
  if (context.state.reads.length > MAX_READS) context.state.reads.shift()
  return { status: 200, body: { success: true } }
}
