import type { UnitOfWork } from '@parley/core'
import { MESSAGE, type MessageRecord } from '../models/message.ts'
import { selectList } from './columns.ts'

export interface MessageRange {
  readonly conversationId: string
  readonly order: 'asc' | 'desc'
  /** Exclusive bounds of seq. */
  readonly after: number
  /** `Infinity`: no bound. */
  readonly before: number
  readonly changedAfter: number
  readonly limit: number
}

const HIGHEST_SEQ = 2_147_483_647

/** A stretch of a conversation along its own index. */
export async function listMessages(uow: UnitOfWork, range: MessageRange): Promise<MessageRecord[]> {
  const { rows } = await uow.trx.raw<{ rows: MessageRecord[] }>(
    `select ${selectList('m', MESSAGE)} from inbox.message m
     where m.tenant_id = ?::uuid and m.conversation_id = ?::uuid and m.seq > ?::int and m.seq < ?::int
       and m.revision > ?::int
     order by m.seq ${range.order} limit ?`,
    [
      uow.tenantId,
      range.conversationId,
      Math.min(range.after, HIGHEST_SEQ),
      Math.min(range.before, HIGHEST_SEQ),
      Math.min(range.changedAfter, HIGHEST_SEQ),
      range.limit,
    ],
  )
  return rows
}
