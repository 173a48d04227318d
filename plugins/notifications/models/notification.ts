import { TenantModel } from '@parley/core'

export class Notification extends TenantModel {
  static override tableName = 'notifications.notification'
  static override idColumn = ['tenant_id', 'id']

  declare user_id: string
  /** bigint: pg hands it over as text. */
  declare revision: string
  declare kind: string
  declare title: string
  declare body: string
  declare link: string | null
  declare group_key: string | null
  declare count: number
  declare created_at: Date
  declare updated_at: Date
  declare read_at: Date | null
  declare deleted_at: Date | null
}

/** A mail's line that waits for its time. */
export class Outgoing extends TenantModel {
  static override tableName = 'notifications.outgoing'
  static override idColumn = ['tenant_id', 'id']

  declare user_id: string
  declare title: string
  declare body: string
  declare link: string | null
  declare due_at: Date
}
