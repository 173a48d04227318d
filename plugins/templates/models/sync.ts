import { TenantModel } from '@parley/core'

/** How the last listing of a connection's templates went. */
export class Sync extends TenantModel {
  static override tableName = 'templates.sync'
  static override idColumn = ['tenant_id', 'connection_id']

  declare connection_id: string
  declare tried_at: Date
  declare synced_at: Date | null
  /** `auth`, `retryable`. */
  declare failure: string | null
  declare detail: string | null
  declare templates: number
}
