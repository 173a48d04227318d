import { TenantModel } from '@parley/core'

/** A tenant's label for conversations, known by its name. */
export class Label extends TenantModel {
  static override tableName = 'inbox.label'
  static override idColumn = ['tenant_id', 'name']

  declare name: string
  declare color: string | null
  declare created_at: Date
}
