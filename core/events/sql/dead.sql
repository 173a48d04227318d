-- Dead letters, newest first, after p_after ({ at, g, t, p, o } of the last one seen). Null filters mean all.
create function parley.dead_list(p_grp text, p_tenant uuid, p_type text, p_after json, p_limit integer)
returns table (grp text, topic text, part integer, off bigint, tenant_id uuid, key text, type text,
               error jsonb, attempts integer, died_at timestamptz, raw text)
language sql stable as $$
  select d.grp, d.topic, d.part, d.off, d.tenant_id, d.key, d.type, d.error, d.attempts, d.died_at, d.raw
    from parley.dead d
   where (p_grp is null or d.grp = p_grp)
     and (p_tenant is null or d.tenant_id = p_tenant)
     and (p_type is null or d.type = p_type)
     and (p_after is null or (d.died_at, d.grp, d.topic, d.part, d.off)
          < ((p_after ->> 'at')::timestamptz, p_after ->> 'g', p_after ->> 't', (p_after ->> 'p')::integer, (p_after ->> 'o')::bigint))
   order by d.died_at desc, d.grp desc, d.topic desc, d.part desc, d.off desc
   limit p_limit
$$
----
-- One dead letter.
create function parley.dead_find(p_grp text, p_topic text, p_part integer, p_off bigint) returns setof parley.dead
language sql stable as $$
  select d.* from parley.dead d where d.grp = p_grp and d.topic = p_topic and d.part = p_part and d.off = p_off
$$
----
-- Puts dead letters back as waiting events, in order; opens their lanes. What could not be decoded stays. p_positions: [{ t, p, o }].
create function parley.dead_replay(p_grp text, p_positions json, p_now timestamptz) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  perform parley.group_enter(p_grp, 30000);
  insert into parley.lane (grp, topic, key, part, tenant_id, next_at, attempt, blocked, error, since)
    select distinct on (d.topic, d.key) p_grp, d.topic, d.key, d.part, d.tenant_id, p_now, 0, false, null::jsonb, p_now
      from parley.dead d
      join json_to_recordset(p_positions) as w(t text, p integer, o bigint) on d.topic = w.t and d.part = w.p and d.off = w.o
     where d.grp = p_grp and d.raw is null
     order by d.topic, d.key
    on conflict (grp, topic, key) do update set next_at = excluded.next_at, attempt = 0, blocked = false, error = null;
  with back as (
    delete from parley.dead d
     using json_to_recordset(p_positions) as w(t text, p integer, o bigint)
     where d.grp = p_grp and d.topic = w.t and d.part = w.p and d.off = w.o and d.raw is null
    returning d.topic, d.key, d.off, d.part, d.tenant_id
  )
  insert into parley.parked (grp, topic, key, off, part, tenant_id)
    select p_grp, b.topic, b.key, b.off, b.part, b.tenant_id from back b order by 2, 3, 4
    on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$
----
-- Gives dead letters up for good; a key that was blocked by one flows on. p_positions: [{ t, p, o }].
create function parley.dead_discard(p_grp text, p_positions json, p_now timestamptz) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  perform parley.group_enter(p_grp, 30000);
  update parley.lane l set blocked = false, next_at = p_now, attempt = 0, error = null
    from parley.dead d
    join json_to_recordset(p_positions) as w(t text, p integer, o bigint) on d.topic = w.t and d.part = w.p and d.off = w.o
   where d.grp = p_grp and l.grp = p_grp and l.topic = d.topic and l.key = d.key and l.blocked;
  delete from parley.dead d
   using json_to_recordset(p_positions) as w(t text, p integer, o bigint)
   where d.grp = p_grp and d.topic = w.t and d.part = w.p and d.off = w.o;
  get diagnostics v_count = row_count;
  return v_count;
end
$$
