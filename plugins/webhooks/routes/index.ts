import type { Route } from '@parley/core'
import type { Parts } from '../context.ts'
import { changeSubscription } from './change.ts'
import { createSubscription } from './create.ts'
import { getDelivery, listDeliveries } from './deliveries.ts'
import { pingSubscription } from './ping.ts'
import { deleteSubscription, getSubscription, listEventTypes, listSubscriptions } from './read.ts'
import { redeliver, replayDeliveries } from './replay.ts'
import { rotateSecret } from './rotate-secret.ts'

export function webhookRoutes(parts: Parts): Route[] {
  return [
    listEventTypes(),
    listSubscriptions(parts),
    createSubscription(parts),
    getSubscription(parts),
    changeSubscription(parts),
    deleteSubscription(parts),
    rotateSecret(parts),
    pingSubscription(parts),
    listDeliveries(parts),
    getDelivery(parts),
    redeliver(parts),
    replayDeliveries(parts),
  ]
}
