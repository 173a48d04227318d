import type { Clock, Connection, Connections, Job } from '@parley/core'
import type { LookAfterToken, TokenNews } from './renewal.ts'

/** At night, and not on the hour, when everybody calls Graph. */
const DAILY = '23 4 * * *'

/**
 * Once a day and tenant: looks after each connection's token, so that it ends neither unnoticed nor at all where the vendor
 * renews it. A dead one stops sending, never receiving; one that is about to end shows as `degraded`.
 */
export function tokenJob(parts: {
  readonly provider: string
  readonly clock: Clock
  readonly connections: Connections
  readonly lookAfter: LookAfterToken
}): Job<unknown> {
  return {
    id: 'tokens',
    cron: DAILY,
    async run(_input, uow, signal) {
      for (const connection of await parts.connections.list(uow.tenantId, { provider: parts.provider })) {
        const patch = patchOf(connection, await parts.lookAfter(connection, signal))
        if (patch !== undefined) await parts.connections.update(uow, connection.id, patch)
      }
    },
  }
}

type Patch = Parameters<Connections['update']>[2]

/** What changes in the connection; `undefined` when nothing does. */
export function patchOf(connection: Connection, news: TokenNews): Patch | undefined {
  if (news.state === 'unclear') return undefined
  if (news.state === 'good') return connection.health === 'ok' ? undefined : { health: 'ok', healthDetail: '' }
  if (news.state === 'renewed') {
    const tokenExpiresAt = news.endsAt?.toISOString() ?? null
    return { secrets: news.secrets, settings: { tokenExpiresAt }, health: 'ok', healthDetail: '' }
  }
  if (news.state === 'dead') return { health: 'auth-failed', healthDetail: `The access token ended: ${news.detail}` }
  const day = news.endsAt.toISOString().slice(0, 10)
  return {
    health: 'degraded',
    healthDetail: `The access token ends on ${day} and could not be renewed: ${news.detail}`,
  }
}
