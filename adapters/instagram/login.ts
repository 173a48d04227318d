import type { Connection } from '@parley/core'
import type { GraphClient } from '../meta/graph-client.ts'
import { asRecord, asText, type Json } from '../meta/json.ts'
import type { RouteOf } from '../meta/platform/route.ts'
import type { AccountReading } from '../meta/platform/test-account.ts'

/** How the account was connected: by Instagram's own login, or through the Facebook page it is linked to. */
export type Login = 'instagram' | 'facebook'

export function loginOf(settings: Json): Login {
  return settings.login === 'facebook' ? 'facebook' : 'instagram'
}

/** Instagram Login: the account at graph.instagram.com. Page-linked: whatever the page's token opens, at graph.facebook.com. */
export function instagramRoutes(graphs: Readonly<Record<Login, GraphClient>>): RouteOf {
  return (connection: Connection) => {
    const login = loginOf(connection.settings)
    const node = login === 'facebook' ? 'me' : encodeURIComponent(connection.externalId)
    return { graph: graphs[login], node, token: connection.secrets.accessToken ?? '' }
  }
}

/** `user_id` is what webhooks call the account; `id` is scoped to the app and fits nothing else. */
const instagramReading: AccountReading = {
  fields: 'user_id,username,name',
  idOf: (me) => asText(me.user_id),
  namesOf: (me) => [asText(me.name), handle(me)],
}

/** The page's token opens the page; the account is linked to it. */
const facebookReading: AccountReading = {
  fields: 'id,name,instagram_business_account{id,username,name}',
  idOf: (me) => asText(asRecord(me.instagram_business_account)?.id),
  namesOf: (me) => [asText(me.name), handle(asRecord(me.instagram_business_account) ?? {})],
}

export function readingOf(settings: Json): AccountReading {
  return loginOf(settings) === 'facebook' ? facebookReading : instagramReading
}

function handle(fields: Json): string | undefined {
  const username = asText(fields.username)
  return username === undefined ? undefined : `@${username}`
}
