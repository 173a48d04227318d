import type { JobQueue, UnitOfWork } from '@parley/core'
import { Outgoing } from '../models/notification.ts'

export const SEND_MAIL = 'send-mail'

/** Has the job run when the first waiting line of the person is due. */
export async function scheduleMail(uow: UnitOfWork, jobs: JobQueue, userId: string): Promise<void> {
  const first = await Outgoing.in(uow).where('user_id', userId).orderBy('due_at').first()
  if (first !== undefined) await jobs.enqueue(uow, SEND_MAIL, { userId }, { runAt: first.due_at, key: userId })
}
