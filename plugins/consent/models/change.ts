import { type ConsentMeans, type ConsentWish, TenantModel } from '@parley/core'

/** Something that was said about being written to, with its proof. Only ever added. */
export class Change extends TenantModel {
  static override tableName = 'consent.change'
  static override idColumn = ['tenant_id', 'id']

  declare subject: string
  declare contact_id: string | null
  declare channel: string
  declare purpose: string
  declare wish: ConsentWish
  declare means: ConsentMeans
  /** `contact` for what the person did themselves; otherwise the kind of caller. */
  declare by_kind: string
  declare by_id: string
  /** In words: what was signed, where it was ticked. */
  declare proof: string | null
  /** The channel's event that carried it. */
  declare event_id: string | null
  declare occurred_at: Date
  declare recorded_at: Date
}
