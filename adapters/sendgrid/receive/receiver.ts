import type { Clock, WebhookReceiver } from '@parley/core'
import { signatureMatches } from '../signature.ts'
import { parseEvents } from './parse.ts'

/** Takes the Event Webhook. Endpoint secret: `verificationKey`, the public key that SendGrid shows when signing is switched on. */
export function eventReceiver(options: {
  readonly clock: Clock
  readonly maxBytes: number
  readonly maxAgeSeconds: number
}): WebhookReceiver {
  const { clock, maxBytes, maxAgeSeconds } = options
  return {
    secrets: ['verificationKey'],
    maxBytes,
    verify: (request, secrets) =>
      signatureMatches(request, secrets.verificationKey ?? '', { nowMs: clock.millis(), maxAgeSeconds }),
    parse: parseEvents,
  }
}
