import { TenantModel } from '@parley/core'

export class Merge extends TenantModel {
  static override tableName = 'contacts.merge'
  static override idColumn = ['tenant_id', 'id']

  declare source_id: string
  declare target_id: string
  declare merged_by: string
  declare merged_at: Date
  declare undone_at: Date | null
}

export class Suggestion extends TenantModel {
  static override tableName = 'contacts.merge_suggestion'
  static override idColumn = ['tenant_id', 'id']

  declare first_id: string
  declare second_id: string
  declare reason: string
  declare status: 'open' | 'accepted' | 'dismissed'
  declare created_at: Date
}
