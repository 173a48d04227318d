import type { Clock, WebhookReceiver } from '@parley/core'
import { signatureMatches } from '../signature.ts'
import { parseEvent } from './parse.ts'

/** Takes Resend's webhooks, which Svix signs. Endpoint secret: `signingSecret` (`whsec_…`). */
export function eventReceiver(options: {
  readonly clock: Clock
  readonly maxBytes: number
  readonly maxAgeSeconds: number
}): WebhookReceiver {
  const { clock, maxBytes, maxAgeSeconds } = options
  return {
    secrets: ['signingSecret'],
    maxBytes,
    verify: (request, secrets) =>
      signatureMatches(request, secrets.signingSecret ?? '', { nowMs: clock.millis(), maxAgeSeconds }),
    parse: parseEvent,
  }
}
