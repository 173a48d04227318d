import { defineEvent } from '@parley/core'
import Joi from 'joi'

export interface DeliveryQueued {
  readonly deliveryId: string
  readonly subscriptionId: string
}

/** Internal: a topic of its own, so that sending reads nothing else. Key: the subscription's id. */
export const deliveryQueued = defineEvent<DeliveryQueued>({
  type: 'webhook.delivery.queued.v1',
  topic: 'webhook-deliveries',
  summary: 'A webhook is due to be sent.',
  schema: Joi.object({
    deliveryId: Joi.string().uuid().required(),
    subscriptionId: Joi.string().uuid().required(),
  }),
})
