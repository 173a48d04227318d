import { type ConsentMeans, type ConsentWish, TenantModel } from '@parley/core'

/** What counts now for a subject, a channel and a purpose. */
export class Standing extends TenantModel {
  static override tableName = 'consent.standing'
  static override idColumn = ['tenant_id', 'subject', 'channel', 'purpose']

  declare subject: string
  /** Whose it is; null once the person was erased and only the suppressed address is left. */
  declare contact_id: string | null
  declare channel: string
  declare purpose: string
  declare wish: ConsentWish
  declare means: ConsentMeans
  declare change_id: string
  declare changed_at: Date
}
