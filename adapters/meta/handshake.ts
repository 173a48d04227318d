import type { WebhookReply, WebhookRequest } from '@parley/core'
import { secretsEqual } from './signature.ts'

/** Meta's challenge is a short number; nobody may make us echo a page. */
const MAX_CHALLENGE = 256

/** Meta's subscription check: `hub.mode=subscribe`, our verify token, and a challenge to echo. `undefined` refuses. */
export function answerHandshake(request: WebhookRequest, verifyToken: string): WebhookReply | undefined {
  const challenge = request.query['hub.challenge'] ?? ''
  if (request.query['hub.mode'] !== 'subscribe') return undefined
  if (!secretsEqual(request.query['hub.verify_token'] ?? '', verifyToken)) return undefined
  if (challenge === '' || challenge.length > MAX_CHALLENGE) return undefined
  return { status: 200, body: challenge, contentType: 'text/plain; charset=utf-8' }
}
