import type { UnitOfWork } from '@parley/core'
import { CONVERSATION, type ConversationRecord } from '../models/conversation.ts'
import { selectList } from './columns.ts'

/**
 * A place in the feed. `floor`: everything by transactions below it was seen. `at`: within the page that is being read,
 * the last conversation that was given out, and what `floor` becomes when the pages are through.
 */
export interface FeedPlace {
  readonly floor: string
  readonly at?: { readonly xid: string; readonly id: string; readonly next: string }
}

export interface FeedChange extends ConversationRecord {
  readonly xid: string
  /** The thread's counter of changes. */
  readonly revision: number
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** The oldest transaction that still runs: what is below it is settled, so it is where the next reading begins. */
export async function feedFloor(uow: UnitOfWork): Promise<string> {
  const { rows } = await uow.trx.raw<{ rows: { floor: string }[] }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as floor',
  )
  return rows[0]?.floor ?? '0'
}

/** Conversations changed at or after the place. */
export async function readFeed(uow: UnitOfWork, place: FeedPlace, limit: number): Promise<FeedChange[]> {
  const { xid, id } = place.at ?? { xid: place.floor, id: FIRST_ID }
  const { rows } = await uow.trx.raw<{ rows: FeedChange[] }>(
    `select c.changed_xid::text as xid, t.revision, ${selectList('c', CONVERSATION)}
     from (
       select * from inbox.conversation cc
       where cc.tenant_id = ?::uuid and (cc.changed_xid, cc.id) > (?::bigint, ?::uuid)
       order by cc.changed_xid, cc.id limit ?
     ) c cross join lateral (
       select tt.revision from inbox.thread tt where tt.tenant_id = c.tenant_id and tt.id = c.thread_id limit 1
     ) t
     order by c.changed_xid, c.id`,
    [uow.tenantId, xid, id, limit],
  )
  return rows
}
