import { TenantModel } from '@parley/core'

/**
 * `queued` (an event says that it is due) → `delivered`, `failed` (its tries are used up), `dropped` (the address was
 * switched off), or `pending` until `next_at` → `queued` …
 */
export const DELIVERY_STATES = ['queued', 'pending', 'delivered', 'failed', 'dropped'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export class Delivery extends TenantModel {
  static override tableName = 'webhooks.delivery'
  static override idColumn = ['tenant_id', 'id']

  declare subscription_id: string
  declare event_id: string
  declare type: string
  declare body: string
  declare state: DeliveryState
  declare tries: number
  declare next_at: Date | null
  declare created_at: Date
  declare settled_at: Date | null
}

export class Attempt extends TenantModel {
  static override tableName = 'webhooks.attempt'
  static override idColumn = ['tenant_id', 'id']

  declare delivery_id: string
  declare at: Date
  declare took_ms: number
  declare status: number | null
  declare error: string | null
  declare answer: string
}
