import type { ChannelTemplates, Clock, Connection, Connections, Job, Selector } from '@parley/core'
import { Sync } from '../models/sync.ts'
import type { TemplatesSettings } from '../settings.ts'
import { forgetListing } from '../sync/apply.ts'
import { requestSync } from '../sync/events.ts'

export interface SyncDueParts {
  readonly clock: Clock
  readonly connections: Connections
  readonly vendors: Selector<ChannelTemplates>
  readonly settings: TemplatesSettings
}

/** Asks for a sync of every connection that has none yet, or an old one; forgets the templates of those that are gone. */
export function syncDue({ clock, connections, vendors, settings }: SyncDueParts): Job<unknown> {
  return {
    id: 'sync-due',
    cron: '*/5 * * * *',
    async run(_input, uow) {
      const now = clock.now()
      const all = await connections.list(uow.tenantId)
      const syncs = new Map((await Sync.in(uow)).map((sync) => [sync.connection_id, sync]))
      for (const { id } of all.filter(hasTemplates(vendors)))
        if (isDue(syncs.get(id), now, settings)) uow.publish(requestSync(id, 'due'))
      const there = new Set(all.map(({ id }) => id))
      for (const id of [...syncs.keys()].filter((one) => !there.has(one))) {
        await forgetListing(uow, { id }, now)
        await Sync.in(uow).where({ connection_id: id }).delete()
      }
    },
  }
}

export function hasTemplates(vendors: Selector<ChannelTemplates>) {
  return ({ provider }: Pick<Connection, 'provider'>) => vendors.byKey(provider) !== undefined
}

function isDue(
  sync: Pick<Sync, 'tried_at' | 'failure'> | undefined,
  now: Date,
  { syncEveryMs, syncRetryMs }: TemplatesSettings,
): boolean {
  if (sync === undefined) return true
  return now.getTime() - sync.tried_at.getTime() >= (sync.failure === null ? syncEveryMs : syncRetryMs)
}
