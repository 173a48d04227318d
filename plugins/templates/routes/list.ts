import { decodeCursor, type Page, page, type TemplateKind, type UnitOfWork } from '@parley/core'
import { Template } from '../models/template.ts'
import { place } from './schemas.ts'

/** What lists of all kinds can be narrowed by. */
export interface ListQuery {
  readonly q?: string
  readonly language?: string
  readonly category?: string
  readonly archived: boolean
  readonly cursor?: string
  readonly limit: number
  readonly connectionId?: string
  readonly state?: string
}

/** By name; `q` finds a part of it, whatever the case. */
export async function listTemplates<V>(
  uow: UnitOfWork,
  kind: TemplateKind,
  query: ListQuery,
  view: (template: Template) => V,
): Promise<Page<V & { readonly id: string; readonly name: string }>> {
  const { q, language, category, archived, cursor, limit, connectionId, state } = query
  const rows = Template.in(uow)
    .where({ kind })
    .orderBy([{ column: 'name' }, { column: 'id' }])
    .limit(limit + 1)
  if (archived) rows.whereNotNull('archived_at')
  else rows.whereNull('archived_at')
  if (q !== undefined) rows.whereRaw('position(lower(?) in lower(name)) > 0', [q])
  if (language !== undefined) rows.where({ language })
  if (category !== undefined) rows.where({ category })
  if (connectionId !== undefined) rows.where({ connection_id: connectionId })
  if (state === 'vanished') rows.whereNotNull('vanished_at')
  else if (state !== undefined) rows.where({ state }).whereNull('vanished_at')
  const after = decodeCursor(cursor, place)
  if (after !== undefined) rows.whereRaw('(name, id) > (?, ?::uuid)', [...after])
  const items = (await rows).map((template) => ({ ...view(template), id: template.id, name: template.name }))
  return page({ items, limit, cursorOf: (item) => [item.name, item.id] })
}
