import type { Channel, Clock, Connection } from '@parley/core'
import type { GraphClient } from '../../graph-client.ts'
import { asRecord, asText } from '../../json.ts'
import { refusalOf } from '../send/outcome.ts'
import { endsLater, type LookAfterToken, type TokenNews, tokenEnd } from './renewal.ts'

/**
 * Page tokens do not end by themselves when they come from a long-lived user token, but die with a password, a role or a
 * permission: each is tested daily. With that user token beside it (`secrets.userToken`), a dead or ending one is made anew:
 * `GET /{page}?fields=access_token` (Meta's "Access token guide").
 */
export function pageTokens(parts: {
  readonly graph: GraphClient
  readonly clock: Clock
  readonly renewTokenDays: number
  readonly pageOf: (connection: Connection) => string | undefined
  readonly test: Channel['test']
}): LookAfterToken {
  return async (connection, signal) => {
    const now = parts.clock.now()
    const end = tokenEnd(connection)
    const works = await parts.test(connection, signal)
    const ending = end !== undefined && !endsLater(connection, now, parts.renewTokenDays)
    if (works.ok && !ending) return { state: 'good' }
    const made = await makeAnew(parts, connection, signal)
    if (made.ok) return made.news
    if (!works.ok) return isCredential(works.detail) ? { state: 'dead', detail: works.detail } : { state: 'unclear' }
    return end === undefined ? { state: 'good' } : { state: 'ending', endsAt: end, detail: made.detail }
  }
}

/** `test` says the code before its words; these are about the credential, whatever the network did. */
function isCredential(detail: string): boolean {
  return /^(0|3|10|102|190|2\d\d|368|parley\.[a-z-]+):/.test(detail)
}

async function makeAnew(
  { graph, pageOf }: { graph: GraphClient; pageOf: (connection: Connection) => string | undefined },
  connection: Connection,
  signal: AbortSignal,
): Promise<{ ok: true; news: TokenNews } | { ok: false; detail: string }> {
  const { userToken } = connection.secrets
  const page = pageOf(connection)
  if (userToken === undefined || page === undefined) return { ok: false, detail: 'connect the account again' }
  const path = `/${encodeURIComponent(page)}`
  const answer = await graph.request({
    method: 'GET',
    path,
    query: { fields: 'access_token' },
    token: userToken,
    signal,
  })
  const refusal = refusalOf(answer, [userToken])
  if (refusal !== undefined) return { ok: false, detail: `${refusal.code}: ${refusal.detail}` }
  const accessToken = answer.outcome === 'answered' ? asText(asRecord(answer.body)?.access_token) : undefined
  if (accessToken === undefined) return { ok: false, detail: 'the user behind the token no longer manages the page' }
  return { ok: true, news: { state: 'renewed', secrets: { accessToken }, endsAt: undefined } }
}
