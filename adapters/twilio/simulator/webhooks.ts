import type { OutgoingWebhook, WebhookPoster } from '@parley/core/testing/vendor'
import { sign } from '../receive/signature.ts'
import type { SimulatedAccount, SimulatorState } from './state.ts'

/** How strictly the simulator plays Twilio. */
export interface Behaviour {
  /** Statuses that follow an accepted send, in order. Default queued, sent, delivered. */
  readonly statuses: readonly string[]
  /** Refuse free WhatsApp messages to people who did not write within 24 hours. */
  readonly enforceWindow: boolean
  /** Report a closed window by a `failed` status after accepting, as Twilio often does, instead of in the answer. */
  readonly lateErrors: boolean
  /** The way to a public address: what DNS and proxies do in the world. Twilio signs the public address all the same. */
  readonly reach: (url: string) => string
}

/** What the endpoints of the simulated Twilio share. */
export interface SimulatorContext {
  readonly state: SimulatorState
  readonly behaviour: Behaviour
  readonly webhooks: WebhookPoster
  readonly url: () => string
  readonly now: () => number
}

export type Parameters = Readonly<Record<string, string | undefined>>

/** A webhook as Twilio posts it: a form, signed over its address without the fragment, which steers Twilio alone. */
export function signedWebhook(
  { behaviour }: Pick<SimulatorContext, 'behaviour'>,
  account: Pick<SimulatedAccount, 'authToken'>,
  address: string,
  parameters: Parameters,
): OutgoingWebhook {
  const [called = address] = address.split('#', 1)
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const body = Buffer.from(new URLSearchParams(given).toString())
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'x-twilio-signature': sign(called, body, account.authToken),
  }
  return { url: behaviour.reach(called), body, headers }
}

export function postWebhook(
  context: SimulatorContext,
  account: SimulatedAccount,
  address: string | undefined,
  parameters: Parameters,
): void {
  if (address !== undefined) context.webhooks.post(signedWebhook(context, account, address, parameters))
}

/** What a status callback says. */
export function statusParameters(
  message: { sid: string; accountSid: string; from: string; to: string; serviceSid?: string | undefined },
  status: string,
  errorCode?: string,
): Parameters {
  return {
    ...{ SmsSid: message.sid, MessageSid: message.sid, SmsStatus: status, MessageStatus: status },
    ...{ AccountSid: message.accountSid, From: message.from, To: message.to, ApiVersion: '2010-04-01' },
    ...{ MessagingServiceSid: message.serviceSid, ErrorCode: errorCode },
  }
}
