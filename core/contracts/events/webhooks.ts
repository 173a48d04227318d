import Joi from 'joi'
import { defineEvent } from '../../plugin/event.ts'

export interface WebhookDisabled {
  readonly subscriptionId: string
  /** Host of the address, without path and query: those may be secret. */
  readonly host: string
  /** `failing`: nothing arrived for too long. `gone`: the receiver answered 410. */
  readonly reason: 'failing' | 'gone'
  readonly failingSince: string
}

/** Topic `webhooks`. Key: the subscription's id. */
export const webhookDisabled = defineEvent<WebhookDisabled>({
  type: 'webhook.disabled.v1',
  topic: 'webhooks',
  summary: 'Outgoing webhooks to an address were switched off, because the receiver does not take them.',
  schema: Joi.object({
    subscriptionId: Joi.string().uuid().required(),
    host: Joi.string().required(),
    reason: Joi.valid('failing', 'gone').required(),
    failingSince: Joi.string().isoDate().required(),
  }),
})
