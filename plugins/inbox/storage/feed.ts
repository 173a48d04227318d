import type { UnitOfWork } from '@parley/core'
import { CONVERSATION, type ConversationRecord } from '../models/conversation.ts'
import { pick, selectList } from './columns.ts'

/**
 * A place in the feed. `floor`: everything by transactions below it was seen. `at`: within the page that is being read,
 * the last thread that was given out, and what `floor` becomes when the pages are through.
 */
export interface FeedPlace {
  readonly floor: string
  readonly at?: { readonly xid: string; readonly id: string; readonly next: string }
}

export interface FeedChange {
  readonly xid: string
  readonly threadId: string
  readonly revision: number
  readonly conversation: ConversationRecord
}

/** The oldest transaction that still runs: what is below it is settled, so it is where the next reading begins. */
export async function feedFloor(uow: UnitOfWork): Promise<string> {
  const { rows } = await uow.trx.raw<{ rows: { floor: string }[] }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as floor',
  )
  return rows[0]?.floor ?? '0'
}

/** Threads changed at or after the place, each with its conversations that changed (or its newest). */
export async function readFeed(uow: UnitOfWork, place: FeedPlace, limit: number): Promise<FeedChange[]> {
  const { xid, id } = place.at ?? { xid: place.floor, id: '00000000-0000-0000-0000-000000000000' }
  const { rows } = await uow.trx.raw<{ rows: Record<string, unknown>[] }>(
    `with t as materialized (
       select tt.id, tt.revision, tt.conversation_id, tt.contact_id, tt.changed_xid from inbox.thread tt
       where tt.tenant_id = ?::uuid and (tt.changed_xid, tt.id) > (?::bigint, ?::uuid)
       order by tt.changed_xid, tt.id limit ?
     )
     select t.changed_xid::text as xid, t.revision, ${selectList('c', CONVERSATION, 'c:')}
     from t join inbox.conversation c on c.tenant_id = ?::uuid and c.contact_id = t.contact_id and c.thread_id = t.id
       and (c.id = t.conversation_id or c.changed_xid >= ?::bigint)
     order by t.changed_xid, t.id, c.id`,
    [uow.tenantId, xid, id, limit, uow.tenantId, place.floor],
  )
  return rows.map((row) => {
    const conversation = pick<ConversationRecord>(row, CONVERSATION, 'c:')
    return { xid: String(row.xid), threadId: conversation.threadId, revision: Number(row.revision), conversation }
  })
}
