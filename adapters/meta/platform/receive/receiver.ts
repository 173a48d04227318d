import type { EndpointSecrets, WebhookReceiver } from '@parley/core'
import { answerHandshake } from '../../handshake.ts'
import { signatureMatches } from '../../signature.ts'
import type { PlatformProduct } from '../product.ts'
import { parsePlatformWebhook } from './parse.ts'

/**
 * Takes the calls of one Meta app, for all its pages or accounts: routed by `entry.id`. Endpoint secrets: `appSecret` signs
 * the calls, `verifyToken` opens the subscription; `otherSecrets` names those that may sign as well, where they are set.
 */
export function platformReceiver(
  product: PlatformProduct,
  options: { readonly maxBytes: number; readonly otherSecrets?: readonly string[] },
): WebhookReceiver {
  const signing = (secrets: EndpointSecrets) =>
    ['appSecret', ...(options.otherSecrets ?? [])].map((name) => secrets[name] ?? '')
  return {
    secrets: ['appSecret', 'verifyToken'],
    maxBytes: options.maxBytes,
    handshake: (request, secrets) => answerHandshake(request, secrets.verifyToken ?? ''),
    verify: (request, secrets) =>
      signatureMatches(request.body, request.headers['x-hub-signature-256'], signing(secrets)),
    parse: (request) => parsePlatformWebhook(product, request),
  }
}
