import { TenantModel } from '@parley/core'

/** One sign-in: the family of all refresh tokens that descend from it. */
export class Session extends TenantModel {
  static override tableName = 'accounts.session'
  static override idColumn = ['tenant_id', 'id']

  declare user_id: string
  declare tenant: string
  declare method: string
  declare second_factor: boolean
  declare ip: string
  declare user_agent: string
  declare support_role: string | null
  declare support_until: Date | null
  declare created_at: Date
  declare used_at: Date
  declare expires_at: Date
  declare revoked_at: Date | null
  declare revoked_for: string | null
}

export class RefreshToken extends TenantModel {
  static override tableName = 'accounts.refresh_token'
  static override idColumn = ['tenant_id', 'hash']

  declare hash: Buffer
  declare session_id: string
  declare created_at: Date
  declare expires_at: Date
  declare used_at: Date | null
}
