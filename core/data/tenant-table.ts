import type { Knex } from 'knex'
import { qualifiedName } from './qualified-name.ts'
import { appRole, enginePolicyName, engineRole, tenantPolicy } from './roles.ts'
import { currentTenant } from './tenant-setting.ts'

/**
 * Makes a tenant's table, for use in migrations: `tenant_id uuid not null`, row-level security enabled and forced, the
 * policy, and the application's grants (select, insert, update, delete: no TRUNCATE, REFERENCES or TRIGGER, which
 * row-level security does not stop).
 *
 * `build` adds the columns. Every primary key, unique key, foreign key and index must lead with `tenant_id`
 * ({@link tenantKey}): a key without it lets one tenant notice, or delete, another's rows. `auditTenantTables` checks.
 *
 * @param name `schema.table`
 */
export async function tenantTable(
  knex: Knex,
  name: string,
  build: (table: Knex.CreateTableBuilder) => void,
): Promise<void> {
  const { schema, name: table } = qualifiedName(name)
  await knex.schema.withSchema(schema).createTable(table, (builder) => {
    builder.uuid('tenant_id').notNullable()
    build(builder)
  })
  await isolateTenants(knex, name, 'tenant_id')
}

/** Primary key of a tenant's table: `tenantKey(t, 'id')` is (tenant_id, id). */
export function tenantKey(table: Knex.CreateTableBuilder, ...columns: string[]): void {
  table.primary(['tenant_id', ...columns])
}

/**
 * Row-level security, policy and grants for a table that exists. `=` and `current_setting` stay bare: wrapped in a
 * sub-select the planner cannot see the tenant, which costs skewed tenants a hundredfold.
 *
 * @param column which column names the tenant: `tenant_id`; for the tenants' own table `id`
 */
export async function isolateTenants(knex: Knex, name: string, column: string): Promise<void> {
  const { schema, sql } = qualifiedName(name)
  const own = `"${column}" = ${currentTenant}`
  await knex.raw(`alter table ${sql} enable row level security`)
  await knex.raw(`alter table ${sql} force row level security`)
  await knex.raw(`create policy ${tenantPolicy} on ${sql} to ${appRole} using (${own}) with check (${own})`)
  await knex.raw(`grant usage on schema "${schema}" to ${appRole}`)
  await knex.raw(`grant select, insert, update, delete on ${sql} to ${appRole}`)
}

/** Lets functions made by `engineFunction` work on every tenant's rows of a table. Grant no more than they use. */
export async function enginePolicy(
  knex: Knex,
  name: string,
  privileges: readonly ('select' | 'insert' | 'update' | 'delete')[] = ['select', 'insert', 'update', 'delete'],
): Promise<void> {
  const { schema, sql } = qualifiedName(name)
  await knex.raw(`create policy ${enginePolicyName} on ${sql} to ${engineRole} using (true) with check (true)`)
  await knex.raw(`grant usage on schema "${schema}" to ${engineRole}`)
  await knex.raw(`grant ${privileges.join(', ')} on ${sql} to ${engineRole}`)
}
