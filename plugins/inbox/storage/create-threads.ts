import type { Identity, UnitOfWork } from '@parley/core'
import type { InboxDraft } from '../drafting/inbox-draft.ts'
import { THREAD, type ThreadRecord } from '../models/thread.ts'
import { selectList } from './columns.ts'
import { toJson } from './json.ts'
import { type Lane, lockThreads } from './lock-threads.ts'

export interface NewThread extends Lane {
  readonly id: string
  readonly channel: string
  readonly address: Identity
  readonly contactId: string
}

export const laneKey = ({ connectionId, identityKey }: Lane): string => `${connectionId}/${identityKey}`

/** Makes the threads that are missing from the draft; somebody else's, made at the same time, is taken instead of ours. */
export async function createThreads(uow: UnitOfWork, draft: InboxDraft, threads: readonly NewThread[]): Promise<void> {
  const known = new Set([...draft.threads.values()].map(laneKey))
  const missing = threads.filter((thread) => !known.has(laneKey(thread)))
  if (missing.length === 0) return
  const { rows } = await uow.trx.raw<{ rows: ThreadRecord[] }>(
    `with t as (
       insert into inbox.thread
         (tenant_id, id, connection_id, channel, identity_key, address, contact_id, created_at)
       select ?::uuid, id, "connectionId", channel, "identityKey", address, "contactId", ?::timestamptz
       from json_to_recordset(?::json)
         as w(id uuid, "connectionId" uuid, channel text, "identityKey" text, address jsonb, "contactId" uuid)
       order by "connectionId", "identityKey"
       on conflict (tenant_id, connection_id, identity_key) do nothing
       returning *
     ) select ${selectList('t', THREAD)} from t`,
    [uow.tenantId, draft.now, toJson(missing)],
  )
  draft.add({ threads: rows })
  if (rows.length < missing.length) await lockThreads(uow, draft, { lanes: missing })
}
