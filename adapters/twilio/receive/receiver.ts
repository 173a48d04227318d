import type { WebhookReceiver } from '@parley/core'
import { parseWebhook } from './parse.ts'
import { signatureMatches } from './signature.ts'

/** No verb in it: Twilio sends nothing by itself. */
const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'

/**
 * Takes the calls of one Twilio account, messages and statuses. What a call is about is told by its addresses, so that SMS and
 * WhatsApp are read alike. Endpoint secret: `authToken`, which signs the calls.
 */
export function twilioReceiver(maxBytes: number): WebhookReceiver {
  return {
    secrets: ['authToken'],
    maxBytes,
    verify: (request, secrets) => signatureMatches(request, secrets.authToken ?? ''),
    parse: parseWebhook,
    acknowledge: { status: 200, body: EMPTY_TWIML, contentType: 'text/xml; charset=utf-8' },
  }
}
