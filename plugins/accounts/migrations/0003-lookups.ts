import { crossTenantMark, engineFunction } from '@parley/core'
import type { Knex } from 'knex'

/**
 * What joins people, who belong to no tenant, with tenants. Each function says no more than its caller may know: it is given
 * a session, a person or a token, or it keeps to the transaction's own tenant.
 */
export async function up(knex: Knex): Promise<void> {
  await lookupIndex(knex, 'membership', 'user_id', 'a person signs in before anybody knows the tenant')
  await lookupIndex(knex, 'invitation', 'hash', 'a link is opened before anybody knows the tenant')
  await sessions(knex)
  await memberships(knex)
  await invitations(knex)
}

export async function down(knex: Knex): Promise<void> {
  for (const signature of [
    'record_activity(uuid, uuid, text, text, text, text, text, text, jsonb, text, timestamptz)',
    'accept_invitation(uuid, uuid, uuid, timestamptz)',
    'find_invitation(bytea)',
    'end_sessions_of_member(uuid, timestamptz)',
    'members_of_tenant()',
    'memberships_of(uuid)',
    'found_tenant(uuid, uuid, timestamptz)',
    'standing_of(uuid[])',
  ]) {
    await knex.raw(`drop function accounts.${signature}`)
  }
  await knex.raw('drop index accounts.membership_by_user_id, accounts.invitation_by_hash')
}

const NIL = `'00000000-0000-0000-0000-000000000000'`
const OWN = `nullif(current_setting('app.tenant_id', true), '')::uuid`

async function lookupIndex(knex: Knex, table: string, column: string, why: string): Promise<void> {
  await knex.raw(`create index ${table}_by_${column} on accounts.${table} (${column})`)
  await knex.raw(`comment on index accounts.${table}_by_${column} is '${crossTenantMark}${why}'`)
}

async function sessions(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function accounts.standing_of(wanted uuid[])
       returns table (session_id uuid, user_id uuid, tenant uuid, expires_at timestamptz, support_role text,
         support_until timestamptz, email text, email_verified boolean, name text, locale text, time_zone text,
         role text, owner boolean, role_permissions text[])
       language sql stable as $$
       select s.id, s.user_id, s.tenant, s.expires_at, s.support_role, s.support_until, u.email_norm,
              u.email_verified_at is not null, u.name, u.locale, u.time_zone, m.role, m.owner, r.permissions
         from accounts.session s
         join accounts.user u on u.tenant_id = s.tenant_id and u.id = s.user_id and u.status = 'active'
         join parley.tenant t on t.id = s.tenant and t.status = 'active'
         left join accounts.membership m on m.tenant_id = s.tenant and m.user_id = s.user_id
         left join accounts.role r on r.tenant_id = s.tenant and r.id::text = m.role
        where s.tenant_id = ${NIL} and s.id = any (wanted) and s.revoked_at is null
          and (m.user_id is not null or s.support_role is not null)
     $$`,
  )
  await engineFunction(
    knex,
    `create function accounts.end_sessions_of_member(member uuid, at timestamptz) returns setof uuid language sql as $$
       update accounts.session s set revoked_at = at, revoked_for = 'member-removed'
        where s.tenant_id = ${NIL} and s.user_id = member and s.tenant = ${OWN} and s.revoked_at is null
       returning s.id
     $$`,
  )
}

async function memberships(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function accounts.found_tenant(new_tenant uuid, founder uuid, at timestamptz) returns void language sql as $$
       insert into accounts.membership (tenant_id, user_id, role, owner, joined_at)
       values (new_tenant, founder, 'admin', true, at)
     $$`,
  )
  await engineFunction(
    knex,
    `create function accounts.memberships_of(person uuid)
       returns table (tenant uuid, slug text, name text, status text, role text, owner boolean, joined_at timestamptz)
       language sql stable as $$
       select m.tenant_id, t.slug, t.name, t.status, m.role, m.owner, m.joined_at
         from accounts.membership m join parley.tenant t on t.id = m.tenant_id
        where m.user_id = person order by m.joined_at, m.tenant_id
     $$`,
  )
  await engineFunction(
    knex,
    `create function accounts.members_of_tenant()
       returns table (id uuid, email text, email_norm text, email_verified boolean, name text, role text, owner boolean,
         second_factor boolean, joined_at timestamptz, last_login_at timestamptz)
       language sql stable as $$
       select u.id, u.email, u.email_norm, u.email_verified_at is not null, u.name, m.role, m.owner,
              u.totp_enabled_at is not null, m.joined_at, u.last_login_at
         from accounts.membership m join accounts.user u on u.tenant_id = ${NIL} and u.id = m.user_id
        where m.tenant_id = ${OWN}
     $$`,
  )
  await engineFunction(
    knex,
    `create function accounts.record_activity(of_tenant uuid, id uuid, actor_kind text, actor_id text, actor_name text,
         action text, subject_id text, subject_name text, details jsonb, ip text, at timestamptz)
       returns void language sql as $$
       insert into accounts.activity (tenant_id, id, actor_kind, actor_id, actor_name, action, subject_id, subject_name,
         details, ip, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     $$`,
  )
}

async function invitations(knex: Knex): Promise<void> {
  await engineFunction(
    knex,
    `create function accounts.find_invitation(wanted bytea)
       returns table (id uuid, tenant uuid, tenant_name text, email text, email_norm text, role text, expires_at timestamptz)
       language sql stable as $$
       select i.id, i.tenant_id, t.name, i.email, i.email_norm, i.role, i.expires_at
         from accounts.invitation i join parley.tenant t on t.id = i.tenant_id and t.status = 'active'
        where i.hash = wanted and i.accepted_at is null and i.revoked_at is null
     $$`,
  )
  await engineFunction(
    knex,
    `create function accounts.accept_invitation(of_tenant uuid, wanted uuid, person uuid, at timestamptz)
       returns boolean language sql as $$
       with accepted as (
         update accounts.invitation i set accepted_at = at
          where i.tenant_id = of_tenant and i.id = wanted and i.accepted_at is null and i.revoked_at is null
            and i.expires_at > at
         returning i.role
       ), joined as (
         insert into accounts.membership (tenant_id, user_id, role, owner, joined_at)
         select of_tenant, person, accepted.role, false, at from accepted
         on conflict (tenant_id, user_id) do nothing
       )
       select exists (select from accepted)
     $$`,
  )
}
