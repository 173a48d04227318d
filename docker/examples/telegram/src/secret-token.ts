import { createHmac, timingSafeEqual } from 'node:crypto'
import type { EndpointSecrets, WebhookRequest } from '@parley/core'

/**
 * The `secret_token` that a bot's setWebhook is given. Telegram repeats it in a header of every call and does not say which
 * bot the call is for: the address says it (`?bot=<id>`), and the token is made for that bot, so that at an endpoint of many
 * bots none can speak for another.
 */
export function secretToken(bot: string, webhookSecret: string): string {
  return createHmac('sha256', webhookSecret).update(bot).digest('hex')
}

export function verify({ headers, query }: WebhookRequest, { webhookSecret }: EndpointSecrets): boolean {
  const given = headers['x-telegram-bot-api-secret-token']
  if (!webhookSecret || query.bot === undefined || typeof given !== 'string') return false
  const wanted = secretToken(query.bot, webhookSecret)
  return given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))
}
