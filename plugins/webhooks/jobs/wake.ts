import type { Job, JobQueue, UnitOfWork } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { announce } from '../handlers/fan-out.ts'
import { Delivery } from '../models/delivery.ts'
import { Subscription } from '../models/subscription.ts'

const WAKE = 'wake'

/** Announces the pending deliveries of one address that are due; of an address that was left alone, one, to see. */
export function wake({ clock, jobs, settings }: Parts): Job<{ subscriptionId: string }> {
  return {
    id: WAKE,
    input: Joi.object<{ subscriptionId: string }>({ subscriptionId: Joi.string().uuid().required() }),
    async run({ subscriptionId }, uow) {
      const subscription = await Subscription.in(uow).findOne({ id: subscriptionId }).forUpdate()
      if (subscription?.status !== 'active') return
      const now = clock.now()
      if (subscription.paused_until === null || subscription.paused_until <= now) {
        const most = subscription.paused_until === null ? settings.batch : 1
        const due = await Delivery.in(uow)
          .where({ subscription_id: subscriptionId, state: 'pending' })
          .where('next_at', '<=', now)
          .orderBy(['next_at', 'id'])
          .limit(most)
          .select('id')
        const ids = due.map(({ id }) => id)
        await Delivery.in(uow).whereIn('id', ids).patch({ state: 'queued', next_at: null })
        for (const id of ids) announce(uow, id, subscriptionId)
        if (subscription.paused_until !== null && ids.length > 0) return
      }
      await scheduleWake(uow, jobs, subscription)
    },
  }
}

/**
 * Has the job run when the next pending delivery is due, and not while the address is left alone. Whoever calls holds the
 * subscription's row, or two of them could each miss the other's delivery.
 */
export async function scheduleWake(
  uow: UnitOfWork,
  jobs: JobQueue,
  subscription: Pick<Subscription, 'id' | 'paused_until'>,
): Promise<void> {
  const next = await Delivery.in(uow)
    .where({ subscription_id: subscription.id, state: 'pending' })
    .orderBy('next_at')
    .select('next_at')
    .first()
  if (next?.next_at == null) return
  const { paused_until: paused } = subscription
  const runAt = paused !== null && paused > next.next_at ? paused : next.next_at
  await jobs.enqueue(uow, WAKE, { subscriptionId: subscription.id }, { runAt, key: subscription.id })
}
