import type { UnitOfWork } from '@parley/core'
import type { EarlyChangeRecord } from '../models/early-change.ts'
import type { ExternalRef, FoundMessage } from './find-messages.ts'

export interface Looked {
  /** Stored messages that were asked for by the channel's id. */
  readonly messages: readonly FoundMessage[]
  /** Stored messages that were asked for by our id. */
  readonly byId: readonly { readonly id: string; readonly threadId: string }[]
  /** News that came before their message, oldest first. */
  readonly early: readonly EarlyChangeRecord[]
}

interface Row {
  readonly what: 'message' | 'own' | 'early'
  readonly id: string
  readonly threadId: string
  readonly connectionId: string
  readonly externalId: string
  readonly change: EarlyChangeRecord['change']
}

/** What is already known about these messages. One round trip. */
export async function lookup(uow: UnitOfWork, refs: readonly ExternalRef[], ids: readonly string[]): Promise<Looked> {
  if (refs.length === 0 && ids.length === 0) return { messages: [], byId: [], early: [] }
  const own = ids.length === 0 ? '' : OWN
  const { rows } = await uow.trx.raw<{ rows: Row[] }>(`${EXTERNAL}${own}`, [
    JSON.stringify(refs),
    uow.tenantId,
    uow.tenantId,
    ...(ids.length === 0 ? [] : [[...ids], uow.tenantId]),
  ])
  return {
    messages: rows.filter((row) => row.what === 'message'),
    byId: rows.filter((row) => row.what === 'own'),
    early: rows
      .filter((row) => row.what === 'early')
      .toSorted((one, other) => (one.change.at < other.change.at ? -1 : 1)),
  }
}

/** Laterals with a limit: each row of `w` is one lookup by key, whatever the planner believes about the table. */
const EXTERNAL = `
  with w as (select * from json_to_recordset(?::json) as w("connectionId" uuid, "externalId" text))
  select 'message' as what, m.id, m.thread_id as "threadId", w."connectionId", w."externalId", null::jsonb as change
  from w cross join lateral (
    select mm.id, mm.thread_id from inbox.message mm
    where mm.tenant_id = ?::uuid and mm.connection_id = w."connectionId" and mm.external_id = w."externalId" limit 1
  ) m
  union all
  select 'early', e.id, null, w."connectionId", w."externalId", e.change
  from w cross join lateral (
    select ee.id, ee.change from inbox.early_change ee
    where ee.tenant_id = ?::uuid and ee.connection_id = w."connectionId" and ee.external_id = w."externalId"
    limit 1000
  ) e`

const OWN = `
  union all
  select 'own', m.id, m.thread_id, null, null, null
  from unnest(?::uuid[]) as o(id) cross join lateral (
    select mm.id, mm.thread_id from inbox.message mm where mm.tenant_id = ?::uuid and mm.id = o.id limit 1
  ) m`
