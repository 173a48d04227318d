import type { Knex } from 'knex'
import type { AckedStep, EffectStep, LoggedStep, RunEvidence } from './checker.ts'
import { groups } from './model.ts'

/** Reads what a run left in the database. */
export async function gatherEvidence(admin: Knex, acked: readonly AckedStep[]): Promise<RunEvidence> {
  const step = `tenant_id as "tenantId", substr(key, 38) as key, (data ->> 'n')::int as n`
  const log = await rows<LoggedStep & { off: string }>(
    admin,
    `select topic, part, off, ${step} from parley.log where topic = 'chaos' order by topic, part, off`,
  )
  const effects = await rows<EffectStep>(
    admin,
    'select grp as "group", tenant_id as "tenantId", key, n from chaos.effect order by seq',
  )
  const dead = await rows<EffectStep>(
    admin,
    `select d.grp as "group", d.tenant_id as "tenantId", substr(d.key, 38) as key, (l.data ->> 'n')::int as n
       from parley.dead d join parley.log l using (topic, part, off)`,
  )
  return {
    acked,
    log: log.map((row) => ({ ...row, off: Number(row.off) })),
    effects,
    dead,
    groups,
    leftovers: await leftovers(admin),
  }
}

/** Everything that a drained engine has finished with. */
/** @param idle groups that have nobody at this moment */
export async function leftovers(admin: Knex, idle: readonly string[] = []): Promise<string[]> {
  const found = await rows<{ what: string; n: string }>(
    admin,
    `select c.grp || ': events to read' as what, sum(h.next - c.low) as n
       from parley.cursor c join parley.log_head h using (topic, part) group by c.grp having sum(h.next - c.low) > 0
     union all select grp || ': done rows', count(*) from parley.done group by grp
     union all select grp || ': lanes', count(*) from parley.lane group by grp
     union all select grp || ': parked', count(*) from parley.parked group by grp`,
  )
  const started = await rows<{ grp: string }>(admin, 'select distinct grp from parley.cursor')
  const missing = groups.filter((group) => !started.some(({ grp }) => grp === group))
  const busy = found.filter(({ what }) => !idle.some((group) => what.startsWith(`${group}: `)))
  return [...busy.map(({ what, n }) => `${what}: ${n}`), ...missing.map((group) => `${group}: never began`)]
}

async function rows<T>(admin: Knex, sql: string): Promise<T[]> {
  const result = await admin.raw<{ rows: T[] }>(sql.replaceAll('?', '\\?'))
  return result.rows
}
