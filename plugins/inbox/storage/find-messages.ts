import type { UnitOfWork } from '@parley/core'
import { MESSAGE, type MessageRecord } from '../models/message.ts'
import { selectList } from './columns.ts'

/** A message by the channel's id of it. */
export interface ExternalRef {
  readonly connectionId: string
  readonly externalId: string
}

export interface FoundMessage extends ExternalRef {
  readonly id: string
  readonly threadId: string
}

export const externalKey = ({ connectionId, externalId }: ExternalRef): string => `${connectionId}/${externalId}`

/** Each row of `w` is one lookup by key, whatever the planner believes about the table. */
const BY_KEY = `cross join lateral (
  select * from inbox.message mm where mm.tenant_id = ?::uuid and mm.id = w.id limit 1
) m`

/** The threads of messages known by our own ids. Ids that are not ours are absent. */
export async function threadsOfMessages(
  uow: UnitOfWork,
  ids: readonly string[],
): Promise<{ id: string; threadId: string }[]> {
  if (ids.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: { id: string; threadId: string }[] }>(
    `select m.id, m.thread_id as "threadId" from unnest(?::uuid[]) as w(id) ${BY_KEY}`,
    [[...ids], uow.tenantId],
  )
  return rows
}

/** Whole messages by id, for changing them: read under their threads' locks. */
export async function messagesById(uow: UnitOfWork, ids: readonly string[]): Promise<MessageRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await uow.trx.raw<{ rows: MessageRecord[] }>(
    `select ${selectList('m', MESSAGE)} from unnest(?::uuid[]) as w(id) ${BY_KEY}`,
    [[...ids], uow.tenantId],
  )
  return rows
}
