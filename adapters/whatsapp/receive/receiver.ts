import type { WebhookReceiver } from '@parley/core'
import { answerHandshake } from '../../meta/handshake.ts'
import { signatureMatches } from '../../meta/signature.ts'
import { parseWebhook } from './parse.ts'

/**
 * Takes the calls of one Meta app, for all its numbers: routed by `metadata.phone_number_id`, or by the alias `waba:<id>` for
 * news about a whole account. Endpoint secrets: `appSecret` signs the calls, `verifyToken` opens the subscription.
 */
export function whatsappReceiver(maxBytes: number): WebhookReceiver {
  return {
    secrets: ['appSecret', 'verifyToken'],
    maxBytes,
    handshake: (request, secrets) => answerHandshake(request, secrets.verifyToken ?? ''),
    verify: (request, secrets) =>
      signatureMatches(request.body, request.headers['x-hub-signature-256'], [secrets.appSecret ?? '']),
    parse: parseWebhook,
  }
}
