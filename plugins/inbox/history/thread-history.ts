import type { MessageView, ThreadHistory } from '@parley/core'
import { MESSAGE, type MessageRecord } from '../models/message.ts'
import { selectList } from '../storage/columns.ts'

type Row = MessageRecord & { readonly inThread: string }

/** The customer's own view of a thread: everything but the agents' notes. One round trip. */
export const threadHistory: ThreadHistory = {
  async read(uow, { connectionId, identityKey, afterRevision, limit, newest = false }) {
    const order = newest ? 'revision desc' : 'revision'
    const { rows } = await uow.trx.raw<{ rows: Row[] }>(
      `select t.id as "inThread", ${selectList('m', MESSAGE)}
       from inbox.thread t left join lateral (
         select * from inbox.message mm
         where mm.tenant_id = t.tenant_id and mm.thread_id = t.id and mm.revision > ? and not mm.private
         order by mm.${order} limit ?
       ) m on true
       where t.tenant_id = ?::uuid and t.connection_id = ?::uuid and t.identity_key = ?
       order by m.${order}`,
      [afterRevision, limit, uow.tenantId, connectionId, identityKey],
    )
    return { threadId: rows[0]?.inThread, messages: rows.filter((row) => row.id !== null).map(customerView) }
  },
}

function customerView(message: MessageRecord): MessageView {
  return {
    id: message.id,
    seq: message.seq,
    revision: message.revision,
    direction: message.direction,
    kind: message.kind,
    text: message.text,
    content: message.content,
    status: message.status,
    createdAt: message.createdAt.toISOString(),
    ...(message.externalId === null ? {} : { externalId: message.externalId }),
    ...(message.author === null ? {} : { author: message.author }),
    ...(message.replyTo === null ? {} : { replyTo: message.replyTo }),
  }
}
