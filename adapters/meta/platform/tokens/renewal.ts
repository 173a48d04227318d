import type { Connection } from '@parley/core'

/**
 * What became of looking after a connection's token.
 * - `good`: nothing to do
 * - `renewed`: the new secrets, and when they end
 * - `ending`: it still works, and could not be renewed
 * - `dead`: it opens nothing any more
 * - `unclear`: the vendor could not be asked now
 */
export type TokenNews =
  | { readonly state: 'good' }
  | { readonly state: 'unclear' }
  | { readonly state: 'renewed'; readonly secrets: Record<string, string>; readonly endsAt: Date | undefined }
  | { readonly state: 'ending'; readonly endsAt: Date; readonly detail: string }
  | { readonly state: 'dead'; readonly detail: string }

export type LookAfterToken = (connection: Connection, signal: AbortSignal) => Promise<TokenNews>

/** When the connection's token ends, as far as is known: `settings.tokenExpiresAt`, ISO 8601. */
export function tokenEnd(connection: Connection): Date | undefined {
  const { tokenExpiresAt } = connection.settings
  const time = typeof tokenExpiresAt === 'string' ? Date.parse(tokenExpiresAt) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time)
}

const DAY_MS = 86_400_000

/** True while the end is known and further away than `days`. */
export function endsLater(connection: Connection, now: Date, days: number): boolean {
  const end = tokenEnd(connection)
  return end !== undefined && end.getTime() - now.getTime() > days * DAY_MS
}
