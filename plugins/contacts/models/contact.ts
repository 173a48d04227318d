import { type Identity, TenantModel } from '@parley/core'

/** A person. `merged_into` names the contact that speaks for this one since a merge. */
export class Contact extends TenantModel {
  static override tableName = 'contacts.contact'
  static override idColumn = ['tenant_id', 'id']
  static override jsonAttributes = ['attributes']

  declare name: string
  declare username: string | null
  declare attributes: Record<string, string>
  declare blocked: boolean
  declare merged_into: string | null
  declare created_at: Date
  declare updated_at: Date
  /** Selected by {@link IDENTITIES}. */
  declare identities?: Identity[]
}

/** Columns that an answer shows: not the search document. */
export const SHOWN = ['id', 'name', 'username', 'attributes', 'blocked', 'merged_into', 'created_at', 'updated_at']

/** A select expression: the contact's identities, oldest first. */
export const IDENTITIES = `coalesce((
  select json_agg(json_build_object('kind', i.kind, 'scope', i.scope, 'value', i.value) order by i.created_at, i.kind)
  from contacts.identity i where i.tenant_id = contact.tenant_id and i.contact_id = contact.id), '[]') as identities`
