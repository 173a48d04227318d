import { type ConversationChanged, conversationChanged, type Delivery, type UnitOfWork } from '@parley/core'

/** Who conversations are assigned to, kept from the inbox's events: read for a batch, followed through it, written back. */
export class Assignments {
  readonly #users: Map<string, string | null>
  readonly #changed = new Set<string>()

  private constructor(users: Map<string, string | null>) {
    this.#users = users
  }

  static async of(uow: UnitOfWork, deliveries: readonly Delivery[]): Promise<Assignments> {
    const ids = deliveries.flatMap(({ event }) => (event.data as { conversationId?: string }).conversationId ?? [])
    if (ids.length === 0) return new Assignments(new Map())
    const { rows } = await uow.trx.raw<{ rows: { conversation_id: string; user_id: string }[] }>(
      `select conversation_id, user_id from notifications.assignment
       where tenant_id = ?::uuid and conversation_id = any(?::uuid[])`,
      [uow.tenantId, [...new Set(ids)]],
    )
    return new Assignments(new Map(rows.map((row) => [row.conversation_id, row.user_id])))
  }

  of(conversationId: string): string | undefined {
    return this.#users.get(conversationId) ?? undefined
  }

  follow({ event }: Delivery): void {
    if (event.type !== conversationChanged.type) return
    const { conversationId, change, assigneeId } = event.data as ConversationChanged
    if (change !== 'assignee' || assigneeId === undefined) return
    this.#users.set(conversationId, assigneeId)
    this.#changed.add(conversationId)
  }

  async store(uow: UnitOfWork): Promise<void> {
    if (this.#changed.size === 0) return
    const rows = [...this.#changed].map((id) => ({ id, user: this.#users.get(id) ?? null }))
    const gone = rows.filter(({ user }) => user === null).map(({ id }) => id)
    await uow.trx.raw(
      `delete from notifications.assignment where tenant_id = ?::uuid and conversation_id = any(?::uuid[])`,
      [uow.tenantId, gone],
    )
    await uow.trx.raw(
      `insert into notifications.assignment (tenant_id, conversation_id, user_id)
       select ?::uuid, id, "user" from json_to_recordset(?::json) as w(id uuid, "user" text) where "user" is not null
       on conflict (tenant_id, conversation_id) do update set user_id = excluded.user_id`,
      [uow.tenantId, JSON.stringify(rows)],
    )
  }
}
