-- Events at and after each range's offset, in offset order within a partition, at most about p_limit in all: the limit
-- is shared by the partitions that have something. p_ranges: [{ t topic, p part, o offset }].
create function parley.log_read(p_ranges json, p_limit integer)
returns table (topic text, part integer, off bigint, id uuid, tenant_id uuid, key text, type text, data json, headers json)
language sql stable as $$
  with range as materialized (
    select r.t, r.p, r.o, count(*) over () as active
      from json_to_recordset(p_ranges) as r(t text, p integer, o bigint)
      join parley.log_head h on h.topic = r.t and h.part = r.p and h.next > r.o
  )
  select l.topic, l.part, l.off, l.id, l.tenant_id, l.key, l.type, l.data, l.headers
    from range r
   cross join lateral (
     select x.topic, x.part, x.off, x.id, x.tenant_id, x.key, x.type, x.data, x.headers
       from parley.log x
      where x.topic = r.t and x.part = r.p and x.off >= r.o
      order by x.off
      limit ceil(p_limit::numeric / r.active)
   ) l
$$
----
-- Single events by position, for lanes of streams and for operators. p_positions: [{ t, p, o }].
create function parley.log_at(p_positions json)
returns table (topic text, part integer, off bigint, id uuid, tenant_id uuid, key text, type text, data json, headers json)
language sql stable as $$
  select l.topic, l.part, l.off, l.id, l.tenant_id, l.key, l.type, l.data, l.headers
    from json_to_recordset(p_positions) as r(t text, p integer, o bigint)
    join parley.log l on l.topic = r.t and l.part = r.p and l.off = r.o
$$
----
-- Where the log ends: [{ t, p, o }] of every partition of the topics.
create function parley.log_heads(p_topics text[])
returns table (topic text, part integer, next bigint)
language sql stable as $$
  select h.topic, h.part, h.next from parley.log_head h where h.topic = any (p_topics)
$$
----
-- One cheap look at everything a process waits for: how far each topic has come, how often each group was reset, and
-- which groups have a lane that is due.
create function parley.log_watch(p_topics text[], p_groups text[], p_now timestamptz) returns json
language sql stable as $$
  select json_build_object(
    'topics', (select coalesce(json_object_agg(s.topic, s.total), '{}') from (
      select h.topic, sum(h.next)::text as total from parley.log_head h where h.topic = any (p_topics) group by h.topic) s),
    'resets', (select coalesce(json_object_agg(s.grp, s.total), '{}') from (
      select c.grp, sum(c.epoch)::text as total from parley.cursor c where c.grp = any (p_groups) group by c.grp) s),
    'due', (select coalesce(json_agg(g), '[]') from unnest(p_groups) g where exists (
      select from parley.lane l where l.grp = g and not l.blocked and l.next_at <= p_now)))
$$
----
-- Who waits where: events by tenant within the next p_span offsets of each range. p_ranges: [{ t, p, o }].
create function parley.log_tenants(p_ranges json, p_span integer)
returns table (topic text, part integer, tenant_id uuid, events bigint, first bigint, last bigint)
language sql stable as $$
  select l.topic, l.part, l.tenant_id, count(*), min(l.off), max(l.off)
    from json_to_recordset(p_ranges) as r(t text, p integer, o bigint)
    join parley.log l on l.topic = r.t and l.part = r.p and l.off >= r.o and l.off < r.o + p_span
   group by 1, 2, 3
$$
