import { TenantModel } from '@parley/core'

/** A group of members: a shift, a language, a shop. */
export class Team extends TenantModel {
  static override tableName = 'accounts.team'
  static override idColumn = ['tenant_id', 'id']
  static override jsonAttributes = ['settings']

  declare name: string
  declare description: string
  declare owner_id: string | null
  declare settings: Record<string, unknown>
  declare created_at: Date
  declare updated_at: Date
}

export class TeamMember extends TenantModel {
  static override tableName = 'accounts.team_member'
  static override idColumn = ['tenant_id', 'team_id', 'user_id']

  declare team_id: string
  declare user_id: string
  declare role: 'lead' | 'member'
  declare status: 'active' | 'away'
  declare joined_at: Date
}
