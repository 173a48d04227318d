import type { VendorReply } from '@parley/core/testing/vendor'
import { refusal } from './refusal.ts'
import type { SimulatedAccount, SimulatedSender } from './state.ts'
import { postWebhook, type SimulatorContext, statusParameters } from './webhooks.ts'

const MAX_BODY = 1600
const CLOSED_WINDOW = 63016
const MOBILE = /^\+[1-9]\d{6,14}$/

/** `POST /2010-04-01/Accounts/{sid}/Messages.json` by Twilio's rules, with Twilio's errors. */
export function createMessage(
  context: SimulatorContext,
  account: SimulatedAccount,
  form: URLSearchParams,
): VendorReply {
  const to = form.get('To') ?? ''
  const sender = senderOf(context, account, form)
  if (sender === undefined) return refusal(form.get('From') === null ? 21603 : 21606)
  const code = problemOf(context, form, sender, to)
  if (code !== undefined && !(code === CLOSED_WINDOW && context.behaviour.lateErrors)) return refusal(code)
  return accept(context, account, { sender, form, failure: code })
}

/** Of a service, the first of its pool that speaks the recipient's channel. */
function senderOf({ state }: SimulatorContext, account: SimulatedAccount, form: URLSearchParams) {
  const whatsapp = (form.get('To') ?? '').startsWith('whatsapp:')
  const service = form.get('MessagingServiceSid')
  const candidates = service === null ? [state.senders.get(form.get('From') ?? '')] : state.sendersOf(service)
  return candidates.find(
    (sender) => sender?.accountSid === account.sid && sender.address.startsWith('whatsapp:') === whatsapp,
  )
}

function problemOf(
  { state, behaviour, now }: SimulatorContext,
  form: URLSearchParams,
  sender: SimulatedSender,
  to: string,
): number | undefined {
  const body = form.get('Body') ?? ''
  const media = form.getAll('MediaUrl')
  const contentSid = form.get('ContentSid')
  if (!MOBILE.test(to.replace(/^whatsapp:/, ''))) return 21211
  if (body === '' && media.length === 0 && contentSid === null) return 21602
  if ([...body].length > MAX_BODY) return 14103
  if (media.some((url) => !/^https?:\/\//.test(url))) return 21620
  if (contentSid !== null && !state.contents.some(({ sid }) => sid === contentSid)) return 21655
  if (state.hasOptedOut(to, sender)) return 21610
  const free = contentSid === null && to.startsWith('whatsapp:')
  return free && behaviour.enforceWindow && !state.windowOpen(to, sender.address, now()) ? CLOSED_WINDOW : undefined
}

interface Accepted {
  readonly sender: SimulatedSender
  readonly form: URLSearchParams
  /** The code that a status tells later; the customer gets nothing then. */
  readonly failure: number | undefined
}

function accept(
  context: SimulatorContext,
  account: SimulatedAccount,
  { sender, form, failure }: Accepted,
): VendorReply {
  const { state, behaviour } = context
  const mediaUrls = form.getAll('MediaUrl')
  const sid = state.nextSid(mediaUrls.length === 0 ? 'SM' : 'MM')
  const [contentSid, callback] = [form.get('ContentSid'), form.get('StatusCallback')]
  const message = { sid, from: sender.address, to: form.get('To') ?? '' }
  const body =
    contentSid === null ? (form.get('Body') ?? '') : filled(context, contentSid, form.get('ContentVariables'))
  if (failure === undefined)
    state.received.add({
      ...{ ...message, body, mediaUrls, automatic: false },
      ...(contentSid === null ? {} : { contentSid }),
      ...(callback === null ? {} : { statusCallback: callback }),
    })
  const about = { ...message, accountSid: account.sid, serviceSid: sender.serviceSid }
  for (const status of failure === undefined ? behaviour.statuses : ['queued', 'failed']) {
    const code = status === 'failed' ? failure : undefined
    postWebhook(context, account, callback ?? undefined, statusParameters(about, status, code?.toString()))
  }
  return {
    status: 201,
    body: {
      ...{ sid, account_sid: account.sid, status: 'queued', direction: 'outbound-api', error_code: null },
      ...{ from: message.from, to: message.to, body, num_media: String(mediaUrls.length) },
      messaging_service_sid: sender.serviceSid ?? null,
    },
  }
}

function filled({ state }: SimulatorContext, contentSid: string, variables: string | null): string {
  const content = state.contents.find(({ sid }) => sid === contentSid)
  const values: Readonly<Record<string, unknown>> = {
    ...content?.variables,
    ...(variables === null ? {} : JSON.parse(variables)),
  }
  return (content?.body ?? '').replace(/\{\{(\w+)\}\}/g, (_place, name: string) => String(values[name] ?? ''))
}
