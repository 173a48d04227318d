import type { TemplateUsed, UnitOfWork } from '@parley/core'

export interface Use extends TemplateUsed {
  /** ISO 8601, UTC. */
  readonly at: string
}

/** Adds uses to the totals and to their days, in one statement. Uses of templates that are not known here count nowhere. */
export async function countUses(uow: UnitOfWork, uses: readonly Use[]): Promise<void> {
  await uow.trx.raw(
    `with used as (
       select t.id, (w.at at time zone 'UTC')::date as day, sum(w.count) as count, max(w.at) as at
       from json_to_recordset(?::json)
         as w("templateId" uuid, "connectionId" uuid, name text, language text, count bigint, at timestamptz)
       join templates.template t on t.tenant_id = ?::uuid and (t.id = w."templateId" or (
         t.kind = 'channel' and t.connection_id = w."connectionId" and t.name = w.name and t.language = w.language))
       group by 1, 2
     ), locked as (
       select t.id from templates.template t
       where t.tenant_id = ?::uuid and t.id in (select id from used) order by t.id for update
     ), totals as (
       update templates.template t
       set used_count = t.used_count + u.count, last_used_at = greatest(t.last_used_at, u.at)
       from (select id, sum(count) as count, max(at) as at from used group by id) u
       where t.tenant_id = ?::uuid and t.id = u.id and t.id in (select id from locked)
     )
     insert into templates.usage_day (tenant_id, template_id, day, count)
     select ?::uuid, id, day, count from used order by id, day
     on conflict (tenant_id, template_id, day) do update set count = usage_day.count + excluded.count`,
    [JSON.stringify(uses), uow.tenantId, uow.tenantId, uow.tenantId, uow.tenantId],
  )
}
