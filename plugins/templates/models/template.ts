import { type TemplateKind, TenantModel } from '@parley/core'

/** What its author says about a variable. */
export interface DeclaredVariable {
  readonly name: string
  /** Absent: what the text itself says (`| default`, a condition around it). */
  readonly required?: boolean
  /** Stands in when none is given. */
  readonly default?: string
  readonly description?: string
  /** For previews. */
  readonly example?: string
}

/** A variable as the text uses it. */
export interface Field {
  readonly name: string
  readonly required: boolean
}

/** A text that is written once and sent many times. `state`, `components` and the ids are a channel's only. */
export class Template extends TenantModel {
  static override tableName = 'templates.template'
  static override idColumn = ['tenant_id', 'id']
  static override jsonAttributes = ['variables', 'fields', 'components']

  declare kind: TemplateKind
  declare name: string
  declare language: string
  declare category: string | null
  declare subject: string | null
  declare html: string | null
  declare text: string | null
  declare variables: readonly DeclaredVariable[]
  declare fields: readonly Field[]
  declare connection_id: string | null
  declare channel: string | null
  declare external_id: string | null
  declare components: readonly unknown[] | null
  declare state: string | null
  declare reason: string | null
  declare quality: string | null
  declare vanished_at: Date | null
  declare archived_at: Date | null
  declare version: number
  declare used_count: string
  declare last_used_at: Date | null
  declare created_by: string
  declare updated_by: string
  declare created_at: Date
  declare updated_at: Date
}
