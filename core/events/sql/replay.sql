-- First offset of each partition whose event was stored at or after the moment; a partition without one is absent.
create function parley.log_since(p_topics text[], p_at timestamptz) returns table (topic text, part integer, off bigint)
language sql stable as $$
  select h.topic, h.part, f.off
    from parley.log_head h
   cross join lateral (
     select l.off from parley.log l where l.topic = h.topic and l.part = h.part and l.ts >= p_at order by l.off limit 1
   ) f
   where h.topic = any (p_topics)
$$
----
-- Waits until no transaction works for the group, and keeps others from beginning until this one ends.
create function parley.group_close(p_grp text) returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('parley.group.' || p_grp, 0));
end
$$
----
-- Sets a closed group back: moves cursors down (never up), raises their epoch, and forgets what was done, parked or dead
-- at and above the new offsets. What a plugin clears for itself belongs in the same transaction. Makes the cursors of a
-- group that has none. p_targets: [{ t, p, l }].
create function parley.group_reset(p_grp text, p_targets json) returns void
language plpgsql as $$
begin
  insert into parley.cursor (grp, topic, part, low)
    select p_grp, w.t, w.p, greatest(w.l, parley.log_start(w.t, w.p))
      from json_to_recordset(p_targets) as w(t text, p integer, l bigint)
    on conflict (grp, topic, part) do update set low = least(cursor.low, excluded.low), epoch = cursor.epoch + 1;
  delete from parley.done d using json_to_recordset(p_targets) as w(t text, p integer, l bigint)
   where d.grp = p_grp and d.topic = w.t and d.part = w.p and d.off >= w.l;
  delete from parley.parked q using json_to_recordset(p_targets) as w(t text, p integer, l bigint)
   where q.grp = p_grp and q.topic = w.t and q.part = w.p and q.off >= w.l;
  delete from parley.dead d using json_to_recordset(p_targets) as w(t text, p integer, l bigint)
   where d.grp = p_grp and d.topic = w.t and d.part = w.p and d.off >= w.l;
  delete from parley.lane l
   where l.grp = p_grp
     and not exists (select from parley.parked q where q.grp = p_grp and q.topic = l.topic and q.key = l.key)
     and not exists (select from parley.dead d where l.blocked and d.grp = p_grp and d.topic = l.topic and d.key = l.key);
end
$$
----
-- How far groups are behind: events after low, age of the oldest of them, waiting, dead, age of the oldest lane. Null means all.
create function parley.group_lag(p_grp text, p_now timestamptz)
returns table (grp text, events bigint, seconds double precision, parked bigint, dead bigint, oldest_lane_seconds double precision)
language sql stable as $$
  select c.grp, sum(h.next - c.low)::bigint,
         coalesce(max(extract(epoch from p_now - l.ts)), 0)::double precision,
         (select count(*) from parley.parked q where q.grp = c.grp),
         (select count(*) from parley.dead d where d.grp = c.grp),
         coalesce((select extract(epoch from p_now - min(n.since)) from parley.lane n where n.grp = c.grp), 0)::double precision
    from parley.cursor c
    join parley.log_head h on h.topic = c.topic and h.part = c.part
    left join lateral (
      select x.ts from parley.log x where h.next > c.low and x.topic = c.topic and x.part = c.part and x.off >= c.low
       order by x.off limit 1
    ) l on true
   where p_grp is null or c.grp = p_grp
   group by c.grp
   order by c.grp
$$
