import type { WebhookPoster } from '@parley/core/testing/vendor'
import { sign } from '../../meta/signature.ts'
import type { SimulatedAccount, SimulatorState } from './state.ts'

/** How strictly the simulator plays Meta. */
export interface Behaviour {
  /** Statuses that follow an accepted send, in order. Default sent, delivered, read. */
  readonly statuses: readonly string[]
  /** Refuse free messages to people who did not write within 24 hours. */
  readonly enforceWindow: boolean
  /** Report window and reachability by a `failed` status after accepting, as Meta often does, instead of in the answer. */
  readonly lateErrors: boolean
}

/** What the endpoints of the simulated Graph share. */
export interface SimulatorContext {
  readonly state: SimulatorState
  readonly behaviour: Behaviour
  readonly webhooks: WebhookPoster
  readonly url: () => string
  readonly now: () => number
}

/** A webhook of this account, signed; `undefined` when it has no callback. */
export function signedWebhook(account: SimulatedAccount, body: Buffer) {
  if (account.callbackUrl === undefined || account.appSecret === undefined) return undefined
  return { url: account.callbackUrl, body, headers: { 'x-hub-signature-256': sign(body, account.appSecret) } }
}

export function postWebhook(context: SimulatorContext, account: SimulatedAccount, body: Buffer): void {
  const webhook = signedWebhook(account, body)
  if (webhook !== undefined) context.webhooks.post(webhook)
}
