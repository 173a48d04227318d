import { TenantModel } from '@parley/core'

export class Membership extends TenantModel {
  static override tableName = 'accounts.membership'
  static override idColumn = ['tenant_id', 'user_id']

  declare user_id: string
  declare role: string
  declare owner: boolean
  declare joined_at: Date
}

/** A role that the tenant made. */
export class CustomRole extends TenantModel {
  static override tableName = 'accounts.role'
  static override idColumn = ['tenant_id', 'id']

  declare name: string
  declare permissions: string[]
  declare created_at: Date
  declare updated_at: Date
}

export class Invitation extends TenantModel {
  static override tableName = 'accounts.invitation'
  static override idColumn = ['tenant_id', 'id']

  declare email: string
  declare email_norm: string
  declare role: string
  declare hash: Buffer
  declare invited_by: string
  declare created_at: Date
  declare expires_at: Date
  declare accepted_at: Date | null
  declare revoked_at: Date | null
}

export class Activity extends TenantModel {
  static override tableName = 'accounts.activity'
  static override idColumn = ['tenant_id', 'id']
  static override jsonAttributes = ['details']

  declare actor_kind: string
  declare actor_id: string
  declare actor_name: string
  declare action: string
  declare subject_id: string
  declare subject_name: string
  declare details: Record<string, string>
  declare ip: string
  declare created_at: Date
}
