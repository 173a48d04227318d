import { CONVERSATION_STATUSES, type ConversationStatus, type UnitOfWork } from '@parley/core'
import { CONVERSATION, type ConversationRecord } from '../models/conversation.ts'
import { selectList } from './columns.ts'

export interface ConversationFilter {
  readonly status?: ConversationStatus
  readonly channel?: string
  readonly connectionId?: string
  readonly contactId?: string
  /** `null`: nobody's. */
  readonly assigneeId?: string | null
  readonly label?: string
  /** Only these, found by a search. */
  readonly ids?: readonly string[]
  /** After this place of the list. */
  readonly after?: readonly [lastMessageAt: string, id: string]
  readonly limit: number
}

type Binding = string | number | string[]

/**
 * Newest first. Every status is a walk along its own index range that stops at the limit; without a status filter the four
 * walks are merged, so that no second index over all conversations has to be kept for it.
 */
export async function listConversations(uow: UnitOfWork, filter: ConversationFilter): Promise<ConversationRecord[]> {
  const statuses = filter.status === undefined ? CONVERSATION_STATUSES : [filter.status]
  const walks = statuses.map((status) => walk(uow, filter, status))
  const { rows } = await uow.trx.raw<{ rows: ConversationRecord[] }>(
    `select ${selectList('c', CONVERSATION)} from (${walks.map(({ sql }) => `(${sql})`).join(' union all ')}) c
     order by c.last_message_at desc, c.id desc limit ?`,
    [...walks.flatMap(({ bindings }) => bindings), filter.limit],
  )
  return rows
}

function walk(uow: UnitOfWork, filter: ConversationFilter, status: string): { sql: string; bindings: Binding[] } {
  const where: { sql: string; bindings: Binding[] }[] = [
    { sql: 'c.tenant_id = ?::uuid and c.status = ?', bindings: [uow.tenantId, status] },
  ]
  const equals = { channel: filter.channel, connection_id: filter.connectionId, contact_id: filter.contactId }
  for (const [column, value] of Object.entries(equals))
    if (value !== undefined) where.push({ sql: `c.${column} = ?`, bindings: [value] })
  if (filter.assigneeId === null) where.push({ sql: 'c.assignee_id is null', bindings: [] })
  else if (filter.assigneeId !== undefined) where.push({ sql: 'c.assignee_id = ?', bindings: [filter.assigneeId] })
  if (filter.ids !== undefined) where.push({ sql: 'c.id = any(?::uuid[])', bindings: [[...filter.ids]] })
  if (filter.label !== undefined)
    where.push({
      sql: `exists (select 1 from inbox.conversation_label l
                    where l.tenant_id = c.tenant_id and l.conversation_id = c.id and l.label = ?)`,
      bindings: [filter.label],
    })
  if (filter.after !== undefined)
    where.push({ sql: '(c.last_message_at, c.id) < (?::timestamptz, ?::uuid)', bindings: [...filter.after] })
  return {
    sql: `select c.* from inbox.conversation c where ${where.map((one) => one.sql).join(' and ')}
          order by c.last_message_at desc, c.id desc limit ?`,
    bindings: [...where.flatMap((one) => one.bindings), filter.limit],
  }
}
