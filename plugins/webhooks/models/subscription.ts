import { TenantModel } from '@parley/core'
import type { Health } from '../domain/health.ts'

export class Subscription extends TenantModel {
  static override tableName = 'webhooks.subscription'
  static override idColumn = ['tenant_id', 'id']

  declare url: string
  declare description: string
  declare events: string[]
  declare include_personal: boolean
  declare status: 'active' | 'disabled'
  declare disabled_reason: string | null
  declare secret: string
  declare old_secret: string | null
  declare old_secret_until: Date | null
  declare failures: number
  declare failing_since: Date | null
  declare paused_until: Date | null
  declare created_by: string
  declare created_at: Date
  declare updated_at: Date
}

export function healthOf(subscription: Subscription): Health {
  const { failures, failing_since: failingSince, paused_until: pausedUntil } = subscription
  return { failures, failingSince, pausedUntil }
}

export function healthColumns({ failures, failingSince, pausedUntil }: Health) {
  return { failures, failing_since: failingSince, paused_until: pausedUntil }
}
