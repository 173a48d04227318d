import { TenantModel } from '@parley/core'

/** A person who may sign in. Read in a platform transaction only; `password_hash` and `totp_secret` leave this room never. */
export class User extends TenantModel {
  static override tableName = 'accounts.user'
  static override idColumn = ['tenant_id', 'id']

  declare email: string
  declare email_norm: string
  declare name: string
  declare locale: string
  declare time_zone: string
  declare status: 'active' | 'disabled'
  declare password_hash: string | null
  declare password_changed_at: Date | null
  declare email_verified_at: Date | null
  declare totp_secret: string | null
  declare totp_enabled_at: Date | null
  /** bigint: pg hands it over as text. */
  declare totp_last_step: string | null
  declare created_at: Date
  declare updated_at: Date
  declare last_login_at: Date | null
}
