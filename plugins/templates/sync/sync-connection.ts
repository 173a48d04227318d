import type { ChannelTemplates, Clock, Connection, Connections, Database, Selector } from '@parley/core'
import { Sync } from '../models/sync.ts'
import { applyListing } from './apply.ts'

export interface SyncParts {
  readonly clock: Clock
  readonly database: Database
  readonly connections: Connections
  readonly vendors: Selector<ChannelTemplates>
  readonly settings: { readonly syncTimeoutMs: number; readonly syncRetryMs: number }
}

export type SyncOutcome = 'done' | 'not-wanted' | { readonly failure: 'auth' | 'retryable'; readonly detail: string }

/**
 * Lists a connection's templates at its vendor, outside of any transaction, and stores what came. A request that is older
 * than the last listing is answered by it; a listing that was overtaken by a later one is dropped.
 */
export async function syncConnection(
  parts: SyncParts,
  request: {
    readonly tenantId: string
    readonly connectionId: string
    readonly at: Date
    readonly signal: AbortSignal
  },
): Promise<SyncOutcome> {
  const { tenantId, connectionId } = request
  const connection = await parts.connections.get(tenantId, connectionId)
  const vendor = connection && parts.vendors.byKey(connection.provider)
  if (connection === undefined || vendor === undefined) return 'not-wanted'
  const before = await parts.database.transaction(tenantId, async (uow) =>
    Sync.in(uow).findOne({ connection_id: connectionId }),
  )
  if (before !== undefined && before.failure === null && before.tried_at > request.at) return 'not-wanted'
  const begun = parts.clock.now()
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(parts.settings.syncTimeoutMs)])
  const listing = await vendor.list({ connection, signal })
  await record(parts, connection, listing, begun)
  return listing.ok ? 'done' : { failure: listing.failure, detail: listing.detail }
}

async function record(
  { database }: SyncParts,
  connection: Connection,
  listing: Awaited<ReturnType<ChannelTemplates['list']>>,
  begun: Date,
): Promise<void> {
  await database.transaction(connection.tenantId, async (uow) => {
    const row = { connection_id: connection.id, tried_at: begun }
    const outcome = listing.ok
      ? { synced_at: begun, failure: null, detail: null, templates: listing.templates.length }
      : { failure: listing.failure, detail: listing.detail }
    const [before] = await Sync.in(uow).where({ connection_id: connection.id }).forUpdate()
    if (before !== undefined && before.tried_at > begun) return
    if (before === undefined)
      await Sync.in(uow)
        .insert({ ...row, ...outcome })
        .onConflict(['tenant_id', 'connection_id'])
        .merge()
    else
      await Sync.in(uow)
        .where({ connection_id: connection.id })
        .patch({ ...row, ...outcome })
    if (listing.ok) await applyListing(uow, connection, listing.templates, begun)
  })
}
