import type { Channel } from '@parley/core'
import { asRecord, asText, type Json } from '../json.ts'
import type { RouteOf } from './route.ts'
import { refusalOf } from './send/outcome.ts'

/** Reads whose account a token opens: its id as webhooks name it, and names for people. */
export interface AccountReading {
  readonly fields: string
  idOf(me: Json): string | undefined
  namesOf(me: Json): readonly (string | undefined)[]
}

/**
 * `GET /me` with the connection's token: the token must be of this very account. A token of another one may well read this
 * account's public name, so asking for the account itself would prove nothing.
 */
export function testAccount(routeOf: RouteOf, readingOf: (settings: Json) => AccountReading): Channel['test'] {
  return async (connection, signal) => {
    const { graph, token } = routeOf(connection)
    const reading = readingOf(connection.settings)
    const query = { fields: reading.fields }
    const answer = await graph.request({ method: 'GET', path: '/me', query, token, signal })
    const refusal = refusalOf(answer, [token])
    if (refusal !== undefined) return { ok: false, detail: `${refusal.code}: ${refusal.detail}` }
    const me = (answer.outcome === 'answered' ? asRecord(answer.body) : undefined) ?? {}
    if (reading.idOf(me) !== connection.externalId)
      return { ok: false, detail: 'parley.other-account: the token belongs to another account' }
    return {
      ok: true,
      title:
        reading
          .namesOf(me)
          .filter((name) => name !== undefined)
          .join(' ') || connection.externalId,
    }
  }
}

export const pageReading: AccountReading = {
  fields: 'id,name',
  idOf: (me) => asText(me.id),
  namesOf: (me) => [asText(me.name)],
}
