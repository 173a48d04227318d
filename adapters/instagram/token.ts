import type { Clock } from '@parley/core'
import type { GraphClient } from '../meta/graph-client.ts'
import { asNumber, asRecord, asText } from '../meta/json.ts'
import { refusalOf } from '../meta/platform/send/outcome.ts'
import { endsLater, type LookAfterToken, tokenEnd } from '../meta/platform/tokens/renewal.ts'

/**
 * `GET graph.instagram.com/refresh_access_token?grant_type=ig_refresh_token`: a long-lived token lives 60 days and can be
 * renewed once it is a day old, for another 60; one that ended cannot (Meta's "Refresh access token"). One whose end
 * nobody knows is renewed at once, and tells it.
 */
export function instagramTokens(parts: {
  readonly graph: GraphClient
  readonly clock: Clock
  readonly renewTokenDays: number
}): LookAfterToken {
  return async (connection, signal) => {
    const now = parts.clock.now()
    if (connection.health !== 'auth-failed' && endsLater(connection, now, parts.renewTokenDays))
      return { state: 'good' }
    const token = connection.secrets.accessToken ?? ''
    const query = { grant_type: 'ig_refresh_token', access_token: token }
    const answer = await parts.graph.request({ method: 'GET', path: '/refresh_access_token', query, token, signal })
    const refusal = refusalOf(answer, [token])
    const body = answer.outcome === 'answered' ? asRecord(answer.body) : undefined
    const accessToken = asText(body?.access_token)
    if (refusal === undefined && accessToken !== undefined) {
      const seconds = asNumber(body?.expires_in)
      const endsAt = seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000)
      return { state: 'renewed', secrets: { accessToken }, endsAt }
    }
    const end = tokenEnd(connection)
    const detail = refusal === undefined ? 'Graph gave no new token' : `${refusal.code}: ${refusal.detail}`
    if (refusal?.failure === 'auth') return { state: 'dead', detail }
    if (end !== undefined && end <= now) return { state: 'dead', detail: `it ended on ${end.toISOString()}` }
    return end === undefined ? { state: 'unclear' } : { state: 'ending', endsAt: end, detail }
  }
}
