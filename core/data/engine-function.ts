import type { Knex } from 'knex'
import { ParleyError } from '../plugin/errors.ts'
import { qualifiedName } from './qualified-name.ts'
import { appRole, engineRole } from './roles.ts'

const head = /create\s+(?:or\s+replace\s+)?function\s+([a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*)\s*\(/i

/**
 * Makes a function that works across tenants, for use in migrations. `sql` is a whole `create function schema.name(…)`
 * statement; this adds what makes it safe: it runs as the engine role (which sees only tables with an `enginePolicy`),
 * its search path is locked, and only the application may call it.
 *
 * The body must filter by tenant itself wherever a caller names one, and return no more than the caller may know.
 *
 * @throws ParleyError `schema.function` when `sql` does not begin with such a statement
 */
export async function engineFunction(knex: Knex, sql: string): Promise<void> {
  const { schema, name } = qualifiedName(functionName(sql))
  await knex.raw(escapeBindings(sql))
  for (const signature of await signatures(knex, schema, name)) {
    await knex.raw(`alter function ${signature} security definer set search_path = pg_catalog, "${schema}", pg_temp`)
    await knex.raw(`revoke all on function ${signature} from public`)
    await knex.raw(`grant execute on function ${signature} to ${appRole}`)
    await giveToEngine(knex, schema, signature)
  }
  await knex.raw(`grant usage on schema "${schema}" to ${appRole}`)
}

/** knex reads `?` as a parameter; in SQL it is an operator of jsonb. */
function escapeBindings(sql: string): string {
  return sql.replaceAll('?', '\\?')
}

function functionName(sql: string): string {
  const name = head.exec(sql)?.[1]
  if (name !== undefined) return name
  throw new ParleyError(
    'schema.function',
    `engineFunction takes a "create function schema.name(…)" statement, not "${sql.slice(0, 60)}".`,
  )
}

/** Of those with this name, the ones that are not safe yet: an older one beside them belongs to the engine already. */
async function signatures(knex: Knex, schema: string, name: string): Promise<readonly string[]> {
  const { rows } = await knex.raw<{ rows: { signature: string }[] }>(
    `select p.oid::regprocedure::text as signature from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = ? and p.proname = ? and not (p.prosecdef and p.proowner::regrole::text = ?)`,
    [schema, name, engineRole],
  )
  return rows.map((row) => row.signature)
}

/**
 * An owner who is no superuser may only give a function to a role that could have made it; that right is taken back at
 * once. The migrating login may call it too: later migrations do, and it owns the tables anyway.
 */
async function giveToEngine(knex: Knex, schema: string, signature: string): Promise<void> {
  const { rows } = await knex.raw<{ rows: [{ login: string }] }>('select quote_ident(current_user) as login')
  await knex.raw(`grant usage, create on schema "${schema}" to ${engineRole}`)
  await knex.raw(`alter function ${signature} owner to ${engineRole}`)
  await knex.raw(`revoke create on schema "${schema}" from ${engineRole}`)
  await knex.raw(`set local role ${engineRole}`)
  await knex.raw(`grant execute on function ${signature} to ${rows[0].login}`)
  await knex.raw('reset role')
}
