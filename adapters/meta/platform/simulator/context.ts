import type { WebhookPoster } from '@parley/core/testing/vendor'
import { sign } from '../../signature.ts'
import type { PlatformProduct } from '../product.ts'
import type { PlatformState, SimulatedAccount } from './state.ts'

/** How strictly the simulator plays Meta. */
export interface Behaviour {
  /** Refuse messages to people who did not act within the window. */
  readonly enforceWindow: boolean
  /** Post the echo of each accepted send, before its receipts. */
  readonly echoes: boolean
  /** What follows an accepted send, in order. */
  readonly receipts: readonly ('delivery' | 'read')[]
}

/** What the endpoints of the simulated platform share. */
export interface PlatformContext {
  readonly product: PlatformProduct
  readonly state: PlatformState
  readonly behaviour: Behaviour
  readonly webhooks: WebhookPoster
  readonly url: () => string
  readonly now: () => number
}

type Fields = Readonly<Record<string, unknown>>

/** A webhook of this account around elements of `messaging[]`, signed; `undefined` when it has no callback. */
export function signedWebhook(context: PlatformContext, account: SimulatedAccount, elements: readonly Fields[]) {
  if (account.callbackUrl === undefined || account.appSecret === undefined) return undefined
  const entry = { id: account.id, time: context.now(), messaging: elements }
  const body = Buffer.from(JSON.stringify({ object: context.product.object, entry: [entry] }))
  return { url: account.callbackUrl, body, headers: { 'x-hub-signature-256': sign(body, account.appSecret) } }
}

export function postWebhook(context: PlatformContext, account: SimulatedAccount, elements: readonly Fields[]): void {
  const webhook = signedWebhook(context, account, elements)
  if (webhook !== undefined) context.webhooks.post(webhook)
}

/** An element of `messaging[]` from one to the other. */
export function element(context: PlatformContext, from: string, to: string, what: Fields): Fields {
  return { sender: { id: from }, recipient: { id: to }, timestamp: context.now(), ...what }
}
