-- What each partition of the groups is to this process: its own, free, or another member's; `place` orders own before
-- free, `share` is how many this process should have. p_groups: [{ g group, t [topics] }].
create function parley.lease_plan(p_owner text, p_groups json)
returns table (grp text, topic text, part integer, mine boolean, place bigint, share bigint)
language sql stable as $$
  with partition as (
    select g.g as grp, h.topic, h.part
      from json_to_recordset(p_groups) as g(g text, t json)
     cross join json_array_elements_text(g.t) as t(topic)
      join parley.log_head h on h.topic = t.topic
  ), total as (
    select p.grp, count(*) as n from partition p group by p.grp
  ), live as (
    select t.grp, t.n, m.owner, row_number() over (partition by t.grp order by m.owner) - 1 as i, count(*) over (partition by t.grp) as m
      from total t join parley.member m on t.grp = any (m.groups)
  ), wanted as (
    select l.grp, l.n / l.m + case when l.i < l.n % l.m then 1 else 0 end as share from live l where l.owner = p_owner
  )
  select p.grp, p.topic, p.part, l.owner is not null,
         row_number() over (partition by p.grp order by l.owner is null, p.topic, p.part), w.share
    from partition p
    join wanted w on w.grp = p.grp
    left join parley.lease l on l.grp = p.grp and l.topic = p.topic and l.part = p.part
   where l.owner is null or l.owner = p_owner
$$
----
-- Renews this process's membership and shares out the partitions of its groups between the members that are alive:
-- everybody gets n/m of a group, rounded so that all are taken. Gives up what is above the share, takes what is free.
-- Returns what this process may read. Runs on the database's clock, which all processes share; one tick at a time.
create function parley.lease_tick(p_owner text, p_groups json, p_ttl_ms integer)
returns table (grp text, topic text, part integer)
language plpgsql as $$
#variable_conflict use_column
declare
  v_now timestamptz;
begin
  perform pg_advisory_xact_lock(hashtextextended('parley.lease', 0));
  v_now := clock_timestamp();
  insert into parley.member (owner, groups, until)
    values (p_owner, array(select g.g from json_to_recordset(p_groups) as g(g text)), v_now + p_ttl_ms * interval '1 millisecond')
    on conflict (owner) do update set groups = excluded.groups, until = excluded.until;
  delete from parley.member m where m.until < v_now;
  delete from parley.lease l
   where not exists (select from parley.member m where m.owner = l.owner and l.grp = any (m.groups));
  delete from parley.lease l using parley.lease_plan(p_owner, p_groups) w
   where l.grp = w.grp and l.topic = w.topic and l.part = w.part and w.mine and w.place > w.share;
  insert into parley.lease (grp, topic, part, owner)
    select w.grp, w.topic, w.part, p_owner from parley.lease_plan(p_owner, p_groups) w
     where not w.mine and w.place <= w.share
    on conflict do nothing;
  return query select l.grp, l.topic, l.part from parley.lease l where l.owner = p_owner;
end
$$
----
-- A process that stops gives everything back at once.
create function parley.lease_release(p_owner text) returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('parley.lease', 0));
  delete from parley.lease where owner = p_owner;
  delete from parley.member where owner = p_owner;
end
$$
