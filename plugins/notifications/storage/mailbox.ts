import type { UnitOfWork } from '@parley/core'
import { mailboxChanged } from '../events.ts'

export interface Mailbox {
  readonly userId: string
  readonly seq: number
  readonly unread: number
  /** Changes up to here can no longer be told. */
  readonly floor: number
}

/**
 * Holds a person's mailbox to the end of the transaction, and makes it when it is not there. Several are locked in the
 * order of their users' ids.
 */
export async function lockMailbox(uow: UnitOfWork, userId: string): Promise<Mailbox> {
  await uow.trx.raw(
    `insert into notifications.mailbox (tenant_id, user_id, seq, floor, unread) values (?::uuid, ?, 0, 0, 0)
     on conflict do nothing`,
    [uow.tenantId, userId],
  )
  return (await readMailbox(uow, userId, true)) ?? { userId, seq: 0, unread: 0, floor: 0 }
}

export async function readMailbox(uow: UnitOfWork, userId: string, lock = false): Promise<Mailbox | undefined> {
  const { rows } = await uow.trx.raw<{ rows: { seq: string; unread: number; floor: string }[] }>(
    `select seq, unread, floor from notifications.mailbox where tenant_id = ?::uuid and user_id = ?
     ${lock ? 'for update' : ''}`,
    [uow.tenantId, userId],
  )
  const row = rows[0]
  return row && { userId, seq: Number(row.seq), unread: row.unread, floor: Number(row.floor) }
}

/** Writes what the mailbox has come to, and tells the person's devices. */
export async function storeMailbox(uow: UnitOfWork, { userId, seq, unread }: Omit<Mailbox, 'floor'>): Promise<void> {
  await uow.trx.raw('update notifications.mailbox set seq = ?, unread = ? where tenant_id = ?::uuid and user_id = ?', [
    seq,
    unread,
    uow.tenantId,
    userId,
  ])
  uow.publish({ type: mailboxChanged, key: userId, data: { userId, seq, unread } })
}
