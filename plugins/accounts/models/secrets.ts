import { TenantModel } from '@parley/core'

export type OneTimeKind = 'verify-email' | 'reset-password' | 'second-factor' | 'sign-in'

export class OneTimeToken extends TenantModel {
  static override tableName = 'accounts.one_time_token'
  static override idColumn = ['tenant_id', 'id']

  declare kind: OneTimeKind
  declare hash: Buffer
  declare user_id: string | null
  declare data: string | null
  declare attempts: number
  declare created_at: Date
  declare expires_at: Date
  declare used_at: Date | null
}

export class RecoveryCode extends TenantModel {
  static override tableName = 'accounts.recovery_code'
  static override idColumn = ['tenant_id', 'user_id', 'hash']

  declare user_id: string
  declare hash: Buffer
  declare used_at: Date | null
}

export class ExternalAccount extends TenantModel {
  static override tableName = 'accounts.external_identity'
  static override idColumn = ['tenant_id', 'id']

  declare issuer: string
  declare subject: string
  declare user_id: string
  declare provider: string
  declare email: string | null
  declare created_at: Date
}
