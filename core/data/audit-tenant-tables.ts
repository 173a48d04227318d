import type { Knex } from 'knex'
import { appRole, engineRole, tenantPolicy } from './roles.ts'

/** Something that would let one tenant reach another's rows. */
export interface TableViolation {
  /** `schema.table`, `schema.index`, a function's signature or a role. */
  readonly object: string
  readonly rule: string
}

/** Comment of an index that leads with another column on purpose; the reason follows. See {@link auditTenantTables}. */
export const crossTenantMark = 'cross-tenant: '

/**
 * Walks the catalog and returns every breach of the tenant rules, for tests and for operators:
 * tables (and partitions) with `tenant_id`, and `parley.tenant`: row-level security enabled and forced, the tenant
 * policy as written by `tenantTable`, no other policy open to the application, no more grants than four, not owned by
 * it; keys and b-tree indexes that lead with `tenant_id` (unless the index carries a comment beginning with
 * `cross-tenant: `; search indexes, which cannot, are used inside engine functions only); views that
 * run as their owner; security definer functions that belong to another role than the engine's; the two roles' powers.
 */
export async function auditTenantTables(adminKnex: Knex): Promise<readonly TableViolation[]> {
  const found: TableViolation[] = []
  for (const sql of [tables, policies, grants, keys, views, functions, roles]) {
    const { rows } = await adminKnex.raw<{ rows: TableViolation[] }>(sql.replaceAll('?', '\\?'))
    found.push(...rows)
  }
  return found
}

const ours = `n.nspname not in ('pg_catalog', 'information_schema', 'pgboss') and n.nspname not like 'pg\\_%'`

/** Tenant tables, partitions included: a partition has policies of its own or none. */
const tenantTables = `
  select c.oid, n.nspname || '.' || c.relname as object, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.relispartition,
         case when n.nspname = 'parley' and c.relname = 'tenant' then 'id' else 'tenant_id' end as tenant_column
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and ${ours}
    and (exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
         or (n.nspname = 'parley' and c.relname = 'tenant'))`

/** Does the application hold any right on the table? A table that it cannot touch needs no policy. */
const touched = `(has_table_privilege('${appRole}', t.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
  or has_any_column_privilege('${appRole}', t.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))`

const tables = `
  with t as (${tenantTables})
  select object, 'row-level security is not enabled' as rule from t where not relrowsecurity and (not relispartition or ${touched})
  union all select object, 'row-level security is not forced on the owner' from t where not relforcerowsecurity and (not relispartition or ${touched})
  union all select object, 'is owned by ${appRole}' from t where relowner = '${appRole}'::regrole
  union all select object, 'tenant_id is not a NOT NULL uuid' from t
    where not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = t.tenant_column
                      and a.atttypid = 'uuid'::regtype and a.attnotnull)
    and ${touched}`

const expected = (column: string) =>
  `'(' || ${column} || ' = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)'`

const policies = `
  with t as (${tenantTables})
  select object, 'has no policy ${tenantPolicy} of the agreed form' as rule from t
  where ${touched} and not exists (
    select from pg_policy p where p.polrelid = t.oid and p.polname = '${tenantPolicy}' and p.polcmd = '*'
      and p.polroles = array['${appRole}'::regrole::oid]
      and pg_get_expr(p.polqual, p.polrelid) = ${expected('t.tenant_column')}
      and pg_get_expr(p.polwithcheck, p.polrelid) = ${expected('t.tenant_column')})
  union all
  select t.object, 'policy ' || p.polname || ' is open to ${appRole}' from t join pg_policy p on p.polrelid = t.oid
  where p.polpermissive and p.polname <> '${tenantPolicy}'
    and (0 = any(p.polroles) or exists (select from unnest(p.polroles) r where r <> 0 and pg_has_role('${appRole}', r, 'MEMBER')))`

const grants = `
  with t as (${tenantTables})
  select object, '${appRole} may ' || privilege as rule from t, unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) privilege
  where has_table_privilege('${appRole}', t.oid, privilege)`

const keys = `
  with t as (${tenantTables})
  select n.nspname || '.' || i.relname as object,
         case when x.indisunique then 'unique key' else 'index' end || ' of ' || t.object || ' does not lead with tenant_id' as rule
  from t join pg_index x on x.indrelid = t.oid join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
  join pg_am m on m.oid = i.relam
  where ${touched} and t.tenant_column = 'tenant_id' and m.amname = 'btree'
    and (x.indkey[0] = 0 or (select attname from pg_attribute where attrelid = t.oid and attnum = x.indkey[0]) <> 'tenant_id')
    and coalesce(obj_description(i.oid, 'pg_class'), '') not like '${crossTenantMark}%'
  union all
  select n.nspname || '.' || k.conname, 'foreign key between tenant tables ' || t.object || ' and ' || o.object || ' lacks tenant_id'
  from t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f' join t o on o.oid = k.confrelid
  join pg_namespace n on n.oid = k.connamespace
  where t.tenant_column = 'tenant_id' and o.tenant_column = 'tenant_id' and ${touched}
    and not exists (select from unnest(k.conkey, k.confkey) as pair(here, there)
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = here and a.attname = 'tenant_id'
      join pg_attribute b on b.attrelid = k.confrelid and b.attnum = there and b.attname = 'tenant_id')`

const views = `
  select n.nspname || '.' || c.relname as object,
         case c.relkind when 'm' then 'a materialized view knows no row-level security' else 'the view runs as its owner: set security_invoker' end as rule
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('v', 'm') and ${ours} and has_table_privilege('${appRole}', c.oid, 'SELECT')
    and not (c.relkind = 'v' and coalesce(c.reloptions @> array['security_invoker=true'] or c.reloptions @> array['security_invoker=on'], false))`

const functions = `
  select p.oid::regprocedure::text as object, rule.rule
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace, lateral (values
    (p.proowner <> '${engineRole}'::regrole, 'runs with the rights of ' || p.proowner::regrole::text || ', not of ${engineRole}'),
    (not coalesce(array_to_string(p.proconfig, ',') like '%search_path=%', false), 'has no search path of its own'),
    (has_function_privilege('public', p.oid, 'EXECUTE'), 'may be called by everybody')) as rule(broken, rule)
  where p.prosecdef and ${ours} and rule.broken`

const roles = `
  select rolname as object, rule.rule from pg_roles r, lateral (values
    (r.rolsuper, 'is a superuser'), (r.rolbypassrls, 'bypasses row-level security'),
    (r.rolname = '${appRole}' and pg_has_role(r.oid, '${engineRole}', 'MEMBER'), 'is a member of ${engineRole}'),
    (r.rolname = '${engineRole}' and r.rolcanlogin, 'can log in'),
    (r.rolcreaterole, 'may create roles')) as rule(broken, rule)
  where rolname in ('${appRole}', '${engineRole}') and rule.broken
  union all
  select role, 'does not exist' from unnest(array['${appRole}', '${engineRole}']) role
  where not exists (select from pg_roles where rolname = role)`
