import { TenantModel } from '@parley/core'

/** A text that agents write often, under a short name. */
export class CannedReply extends TenantModel {
  static override tableName = 'inbox.canned_reply'
  static override idColumn = ['tenant_id', 'id']

  declare shortcut: string
  declare text: string
  declare created_at: Date
  declare updated_at: Date
}
