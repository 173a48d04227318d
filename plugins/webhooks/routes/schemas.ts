import Joi from 'joi'
import { OFFERED_NAMES } from '../domain/event-types.ts'
import { type Attempt, DELIVERY_STATES, type Delivery } from '../models/delivery.ts'
import type { Subscription } from '../models/subscription.ts'

export const TAGS = ['webhooks']
const uuid = Joi.string().uuid()
const time = Joi.string().isoDate()

export const idParams = Joi.object<{ id: string }>({ id: uuid.required() })
export const deliveryParams = Joi.object<{ id: string; deliveryId: string }>({
  id: uuid.required(),
  deliveryId: uuid.required(),
})

export const eventsSchema = Joi.array()
  .items(Joi.valid(...OFFERED_NAMES))
  .min(1)
  .unique()

export const subscriptionSchema = Joi.object({
  id: uuid.required(),
  url: Joi.string().required(),
  description: Joi.string().allow('').required(),
  events: Joi.array().items(Joi.string()).required(),
  includePersonal: Joi.boolean().required(),
  status: Joi.valid('active', 'disabled').required(),
  disabledReason: Joi.valid('failing', 'gone', 'by-hand').allow(null).required(),
  failingSince: time.allow(null).required(),
  pausedUntil: time.allow(null).required().description('It is left alone until then, and tried again after.'),
  oldSecretUntil: time.allow(null).required(),
  createdAt: time.required(),
}).label('WebhookSubscription')

export const withSecret = subscriptionSchema
  .keys({ secret: Joi.string().required().description('Shown this once.') })
  .label('NewWebhookSubscription')

export const deliverySchema = Joi.object({
  id: uuid.required(),
  eventId: uuid.required().description('The `webhook-id` that receivers know a repetition by.'),
  type: Joi.string().required(),
  state: Joi.valid(...DELIVERY_STATES).required(),
  tries: Joi.number().integer().required(),
  nextAt: time.allow(null).required(),
  createdAt: time.required(),
  settledAt: time.allow(null).required(),
}).label('WebhookDelivery')

export const attemptSchema = Joi.object({
  at: time.required(),
  tookMs: Joi.number().integer().required(),
  status: Joi.number().integer().allow(null).required(),
  error: Joi.string().allow(null).required(),
  answer: Joi.string().allow('').required(),
}).label('WebhookAttempt')

export function viewOf(subscription: Subscription) {
  return {
    id: subscription.id,
    url: subscription.url,
    description: subscription.description,
    events: subscription.events,
    includePersonal: subscription.include_personal,
    status: subscription.status,
    disabledReason: subscription.disabled_reason ?? null,
    failingSince: subscription.failing_since?.toISOString() ?? null,
    pausedUntil: subscription.paused_until?.toISOString() ?? null,
    oldSecretUntil: subscription.old_secret_until?.toISOString() ?? null,
    createdAt: subscription.created_at.toISOString(),
  }
}

export function viewDelivery(delivery: Delivery) {
  return {
    id: delivery.id,
    eventId: delivery.event_id,
    type: delivery.type,
    state: delivery.state,
    tries: delivery.tries,
    nextAt: delivery.next_at?.toISOString() ?? null,
    createdAt: delivery.created_at.toISOString(),
    settledAt: delivery.settled_at?.toISOString() ?? null,
  }
}

export function viewAttempt({ at, took_ms, status, error, answer }: Attempt) {
  return { at: at.toISOString(), tookMs: took_ms, status, error, answer }
}
