import { problem, type Reply } from '../../plugin/route.ts'
import type { WebhookReply } from '../../plugin/webhook.ts'

/** What a vendor is told when it named nothing else: everything is stored. */
export const ACKNOWLEDGED: WebhookReply = { status: 200 }

/** One answer for an unknown adapter, an unknown endpoint and a switched-off one: nobody learns which. */
export function notFound(): Reply {
  return problem(404, 'webhook.not-found', 'There is no such webhook endpoint.')
}

/** One answer for unsigned, wrongly signed, and an endpoint that cannot verify anything. */
export function notSigned(): Reply {
  return problem(401, 'webhook.not-signed', 'The call does not carry the signature that this endpoint expects.')
}

/** The endpoint brings more than its adapter takes; the vendor comes back with it. */
export function tooMuch(retryAfterSeconds: number): Reply {
  const seconds = Math.max(1, Math.ceil(retryAfterSeconds))
  const refusal = problem(
    429,
    'webhook.too-much',
    `More than this endpoint may bring. Try again in ${seconds} seconds.`,
  )
  return { ...refusal, headers: { 'retry-after': String(seconds) } }
}
