import type { Parts } from '../context.ts'
import { CONTENT_TYPE } from '../domain/payload.ts'
import { signedHeaders } from '../domain/signature.ts'
import type { Delivery } from '../models/delivery.ts'
import type { Subscription } from '../models/subscription.ts'
import { secretsOf } from '../secrets.ts'

/** One try, as it is written down. */
export interface Tried {
  readonly at: Date
  readonly tookMs: number
  readonly status: number | null
  readonly error: string | null
  readonly answer: string
}

/** Sends the webhook once. Every 2xx is success; a redirect is not followed, and none. */
export async function post(
  { egress, sealer, clock, settings }: Parts,
  subscription: Subscription,
  delivery: Pick<Delivery, 'event_id' | 'body'>,
  signal: AbortSignal,
): Promise<Tried> {
  const at = clock.now()
  const started = performance.now()
  const secrets = secretsOf(sealer, subscription, at)
  const answer = await egress.fetch(subscription.url, {
    method: 'POST',
    headers: {
      'content-type': CONTENT_TYPE,
      'user-agent': 'Parley-Webhooks/1.0',
      ...signedHeaders(delivery.event_id, delivery.body, secrets, at.getTime()),
    },
    body: delivery.body,
    signal,
  })
  const tookMs = Math.round(performance.now() - started)
  if (!answer.ok) return { at, tookMs, status: null, error: answer.reason, answer: '' }
  const said = answer.body.toString('utf8').replaceAll('\0', '').slice(0, settings.answerChars)
  return { at, tookMs, status: answer.status, error: null, answer: said }
}

export function arrived({ status }: Tried): boolean {
  return status !== null && status >= 200 && status < 300
}

/** 410: the receiver wants nothing more, ever. */
export function gone({ status }: Tried): boolean {
  return status === 410
}
