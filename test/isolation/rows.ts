import { createHash } from 'node:crypto'
import knex from 'knex'

/** `schema.table` → a digest of its rows. */
export type Digests = Readonly<Record<string, string>>

/**
 * Every row, of whatever table, in which one of the texts stands, as somebody sees them whom no policy stops. The queue of jobs
 * and the counts of requests are left out: their clockwork turns for every tenant;
 * and so is when somebody last used their own key or session, which is written a moment later.
 */
export async function rowsNaming(
  adminUrl: string,
  texts: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const admin = knex({ client: 'pg', connection: adminUrl, pool: { min: 0, max: 1 } })
  try {
    const tables = await admin.raw<{ rows: { name: string }[] }>(
      `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema', 'pgboss')
          and (schemaname, tablename) <> ('parley', 'rate_limit') order by 1`,
    )
    const found = new Map<string, readonly string[]>()
    for (const { name } of tables.rows) {
      const { rows } = await admin.raw<{ rows: { row: string }[] }>(
        `select (to_jsonb(t) - '{last_used_at,used_at}'::text[])::text as row from ${name} t
          where t::text ilike any (?::text[]) order by 1`,
        [texts.map((text) => `%${text}%`)],
      )
      if (rows.length > 0)
        found.set(
          name,
          rows.map(({ row }) => row),
        )
    }
    return found
  } finally {
    await admin.destroy()
  }
}

export function digestsOf(rows: ReadonlyMap<string, readonly string[]>): Digests {
  return Object.fromEntries(
    [...rows].map(([table, texts]) => {
      const digest = createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16)
      return [table, `${texts.length} rows, ${digest}`]
    }),
  )
}
