import { type NotificationChannel, TenantModel } from '@parley/core'
import type { Digest } from '../domain/quiet-hours.ts'

export class Profile extends TenantModel {
  static override tableName = 'notifications.profile'
  static override idColumn = ['tenant_id', 'user_id']

  declare user_id: string
  declare time_zone: string | null
  declare quiet_from: string | null
  declare quiet_to: string | null
  declare digest: Digest
  declare digest_at: string
}

export class Choice extends TenantModel {
  static override tableName = 'notifications.choice'
  static override idColumn = ['tenant_id', 'user_id', 'kind', 'channel']

  declare user_id: string
  declare kind: string
  declare channel: NotificationChannel
  declare enabled: boolean
}
