import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import { asRecord, asText, type Json } from '../../json.ts'
import { checkMessage } from './check-message.ts'
import { element, type PlatformContext, postWebhook } from './context.ts'
import { graphRefusal, type Refusal, refusal } from './graph-refusal.ts'
import type { SimulatedAccount } from './state.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS
const MESSENGER_WINDOW = 2018278
const INSTAGRAM_WINDOW = 2534022

/** `POST /{page or account}/messages`: a send, or a sender action. */
export function messagesEndpoint(
  context: PlatformContext,
  account: SimulatedAccount,
  request: VendorRequest,
): VendorReply {
  const body = asRecord(jsonOf(request))
  if (body === undefined) return graphRefusal(refusal(100, 'The body is not a JSON object.'))
  const to = asText(asRecord(body.recipient)?.id) ?? ''
  const problem = checkMessage(context.product, body, context.state) ?? personProblem(context, account, to, body)
  if (problem !== undefined) return graphRefusal(problem)
  const action = asText(body.sender_action)
  if (action !== undefined && action !== 'react' && action !== 'unreact') {
    context.state.noteAction(`${account.id}/${to}/${action}`)
    return { status: 200, body: { recipient_id: to } }
  }
  return accept(context, account, to, body, action)
}

function personProblem(
  { state, behaviour, product, now }: PlatformContext,
  account: SimulatedAccount,
  to: string,
  body: Json,
): Refusal | undefined {
  if (state.people.get(to)?.unreachable === true) return refusal(551, undefined, 1545041)
  if (!behaviour.enforceWindow) return undefined
  const acts = state.acts(account.id, to)
  if (acts === undefined) return refusal(100, undefined, 2018001)
  if (body.sender_action !== undefined) return undefined
  const since = now() - acts.last
  const open = since < DAY_MS || now() - acts.ad < WEEK_MS || (body.tag === 'HUMAN_AGENT' && since < WEEK_MS)
  if (open) return undefined
  return refusal(10, undefined, product.object === 'page' ? MESSENGER_WINDOW : INSTAGRAM_WINDOW)
}

function accept(
  context: PlatformContext,
  account: SimulatedAccount,
  to: string,
  body: Json,
  action: string | undefined,
): VendorReply {
  const id = context.state.nextId('mid')
  const message = asRecord(body.message) ?? {}
  const type = action ?? asText(asRecord(message.attachment)?.type) ?? 'text'
  const correlationId = asText(message.metadata)
  context.state.received.add({ id, account: account.id, to, at: context.now(), type, message: body, correlationId })
  if (action !== undefined) return { status: 200, body: { recipient_id: to } }
  if (context.behaviour.echoes) postEcho(context, account, to, id, message)
  for (const receipt of context.behaviour.receipts) postReceipt(context, account, to, id, receipt)
  return { status: 200, body: { recipient_id: to, message_id: id } }
}

/** Messenger hands `metadata` back; at Instagram the echo has the words alone. */
function postEcho(
  context: PlatformContext,
  account: SimulatedAccount,
  to: string,
  mid: string,
  { text, attachment, metadata }: Json,
): void {
  const said = attachment === undefined ? { text } : { attachments: [attachment] }
  const own = context.product.object === 'page' ? { app_id: 1517776481860111, metadata } : {}
  const echo = { mid, is_echo: true, ...said, ...own }
  postWebhook(context, account, [element(context, account.id, to, { message: echo })])
}

/** Instagram tells that a message was read, by its id, and nothing about deliveries. */
export function postReceipt(
  context: PlatformContext,
  account: SimulatedAccount,
  person: string,
  mid: string,
  receipt: 'delivery' | 'read',
): void {
  const watermark = context.now()
  const instagram = context.product.object === 'instagram'
  if (instagram && receipt === 'delivery') return
  const body = receipt === 'delivery' ? { mids: [mid], watermark } : instagram ? { mid } : { watermark }
  postWebhook(context, account, [element(context, person, account.id, { [receipt]: body })])
}
