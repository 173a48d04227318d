import { newId, type UnitOfWork, webhookDisabled } from '@parley/core'
import type { Parts } from '../context.ts'
import { afterTry, nextTry } from '../domain/health.ts'
import { scheduleWake } from '../jobs/wake.ts'
import { Attempt, Delivery } from '../models/delivery.ts'
import { healthColumns, healthOf, Subscription } from '../models/subscription.ts'
import { arrived, gone, type Tried } from './post.ts'

type Target = { readonly deliveryId: string; readonly subscriptionId: string }

/** Writes down what came of a try: for the delivery, and for the address. */
export async function record(parts: Parts, uow: UnitOfWork, target: Target, tried: Tried): Promise<void> {
  await Attempt.in(uow).insert({
    id: newId(),
    delivery_id: target.deliveryId,
    at: tried.at,
    took_ms: tried.tookMs,
    status: tried.status,
    error: tried.error,
    answer: tried.answer,
  })
  if (arrived(tried)) await recordArrival(parts, uow, target)
  else await recordFailure(parts, uow, target, tried)
}

async function recordArrival({ clock, jobs }: Parts, uow: UnitOfWork, target: Target): Promise<void> {
  await uow
    .trx('webhooks.delivery')
    .where({ tenant_id: uow.tenantId, id: target.deliveryId })
    .update({ state: 'delivered', next_at: null, settled_at: clock.now(), tries: uow.trx.raw('tries + 1') })
  const healed = await Subscription.in(uow)
    .where({ id: target.subscriptionId })
    .where('failures', '>', 0)
    .patch({ failures: 0, failing_since: null, paused_until: null })
  if (healed > 0) await scheduleWake(uow, jobs, { id: target.subscriptionId, paused_until: null })
}

async function recordFailure(parts: Parts, uow: UnitOfWork, target: Target, tried: Tried): Promise<void> {
  const { clock, settings, jobs } = parts
  const now = clock.now()
  const subscription = await Subscription.in(uow).findOne({ id: target.subscriptionId }).forUpdate()
  const delivery = await Delivery.in(uow).findOne({ id: target.deliveryId })
  if (subscription === undefined || delivery === undefined) return
  const tries = delivery.tries + 1
  if (subscription.status === 'disabled') {
    await Delivery.in(uow).where({ id: delivery.id }).patch({ tries, state: 'dropped', settled_at: now })
    return
  }
  const nextAt = nextTry(tries, now, settings.retrySeconds, Math.random())
  const over = nextAt === undefined
  await Delivery.in(uow)
    .where({ id: delivery.id })
    .patch({ tries, state: over ? 'failed' : 'pending', next_at: nextAt ?? null, settled_at: over ? now : null })
  const { health, disable } = afterTry(healthOf(subscription), { ok: false, gone: gone(tried) }, now, settings)
  await Subscription.in(uow).where({ id: subscription.id }).patch(healthColumns(health))
  if (disable !== undefined) return switchOff(uow, subscription, disable, health.failingSince ?? now, now)
  await scheduleWake(uow, jobs, { id: subscription.id, paused_until: health.pausedUntil })
}

/** What waited for the address is dropped: it can be replayed once somebody has switched it on again. */
async function switchOff(
  uow: UnitOfWork,
  { id, url }: Subscription,
  reason: 'failing' | 'gone',
  failingSince: Date,
  now: Date,
): Promise<void> {
  await Subscription.in(uow).where({ id }).patch({ status: 'disabled', disabled_reason: reason, updated_at: now })
  await Delivery.in(uow)
    .where({ subscription_id: id })
    .whereIn('state', ['queued', 'pending'])
    .patch({ state: 'dropped', next_at: null, settled_at: now })
  uow.publish({
    type: webhookDisabled,
    key: id,
    data: { subscriptionId: id, host: new URL(url).host, reason, failingSince: failingSince.toISOString() },
  })
}
