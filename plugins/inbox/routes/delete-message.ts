import { defineRoute, noContent, problem, type Reply, type Route, type UnitOfWork } from '@parley/core'
import { InboxDraft } from '../drafting/inbox-draft.ts'
import { changeMessage } from '../drafting/message.ts'
import { lockMessage } from '../storage/lock-message.ts'
import { writeDraft } from '../storage/write-draft.ts'
import { noMessage, type RouteContext } from './context.ts'
import { idParams } from './schemas.ts'

export function deleteMessage(context: RouteContext): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/api/messages/{id}',
    id: 'deleteMessage',
    summary:
      'Takes back a message that still waits to be sent; of any other, erases words and files here (not at the customer).',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    params: idParams,
    responses: {
      204: { description: 'Taken back, or erased.' },
      404: { description: 'There is no such message.' },
      409: { description: 'It is being sent right now.' },
    },
    handle: async ({ tenantId, params, correlationId }) => {
      const files: string[] = []
      const reply = await context.database.transaction(tenantId, (uow) => erase(context, uow, params.id, files), {
        correlationId,
      })
      for (const key of files) await context.store?.delete(tenantId, key)
      return reply
    },
  })
}

async function erase({ clock }: RouteContext, uow: UnitOfWork, id: string, files: string[]): Promise<Reply> {
  const draft = new InboxDraft(clock.now())
  const message = await lockMessage(uow, draft, id)
  if (message === undefined) return noMessage(id)
  if (message.extra?.deleted !== undefined) return noContent()
  if (message.status === 'queued') {
    if (!(await cancel(uow, id))) return problem(409, 'inbox.being-sent', 'This message is being sent right now.')
    changeMessage(draft, message, { change: 'status', fields: { status: 'cancelled' }, reason: 'cancelled' })
  }
  const { rows } = await uow.trx.raw<{ rows: { object_key: string | null }[] }>(
    `update inbox.attachment a set state = 'deleted', object_key = null, media = '{"mimeType":"application/octet-stream"}'
     from inbox.attachment was
     where a.tenant_id = ?::uuid and a.message_id = ?::uuid and was.tenant_id = a.tenant_id and was.id = a.id
     returning was.object_key`,
    [uow.tenantId, id],
  )
  files.push(...rows.flatMap((row) => row.object_key ?? []))
  changeMessage(draft, message, {
    change: 'revoked',
    fields: {
      content: { kind: 'system', event: 'deleted' },
      text: '',
      history: null,
      extra: { deleted: draft.now.toISOString() },
    },
    reason: 'deleted',
  })
  await writeDraft(uow, draft)
  return noContent()
}

/** Whoever claimed it a moment earlier sends it. */
async function cancel(uow: UnitOfWork, messageId: string): Promise<boolean> {
  const changed = await uow
    .trx('inbox.send')
    .where({ tenant_id: uow.tenantId, message_id: messageId, state: 'intent' })
    .update({ state: 'cancelled' })
  return changed === 1
}
