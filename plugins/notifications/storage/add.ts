import { newId, type UnitOfWork } from '@parley/core'
import type { Draft } from '../domain/draft.ts'
import { lockMailbox, storeMailbox } from './mailbox.ts'

/** Puts notifications into one person's mailbox; an unread one of the same group takes them up. */
export async function addToMailbox(
  uow: UnitOfWork,
  userId: string,
  drafts: readonly Draft[],
  now: Date,
): Promise<void> {
  let { seq, unread } = await lockMailbox(uow, userId)
  for (const draft of drafts) {
    seq += 1
    if (await add(uow, draft, seq, now)) unread += 1
  }
  await storeMailbox(uow, { userId, seq, unread })
}

/** @returns false when an unread one took it up */
async function add(uow: UnitOfWork, draft: Draft, revision: number, now: Date): Promise<boolean> {
  const { userId, kind, title, body, link = null, group = null, count } = draft
  const { rows } = await uow.trx.raw<{ rows: { fresh: boolean }[] }>(
    `insert into notifications.notification as n
       (tenant_id, id, user_id, revision, kind, title, body, link, group_key, count, created_at, updated_at)
     values (?::uuid, ?::uuid, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz)
     on conflict (tenant_id, user_id, kind, group_key)
       where read_at is null and deleted_at is null and group_key is not null
     do update set revision = excluded.revision, title = excluded.title, body = excluded.body, link = excluded.link,
       count = n.count + excluded.count, updated_at = excluded.updated_at
     returning n.count = ? as fresh`,
    [uow.tenantId, newId(), userId, revision, kind, title, body, link, group, count, now, now, count] as never[],
  )
  return rows[0]?.fresh === true
}
