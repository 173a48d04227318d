-- Keys that wait in the partitions a stream has taken over, with the first offset that does. p_ranges: [{ t, p }].
create function parley.stream_lanes(p_grp text, p_ranges json)
returns table (topic text, part integer, key text, first bigint)
language sql stable as $$
  select l.topic, l.part, l.key, coalesce(q.off, 0) from parley.lane l
    join json_to_recordset(p_ranges) as r(t text, p integer) on l.topic = r.t and l.part = r.p
    left join lateral (
      select x.off from parley.parked x where x.grp = p_grp and x.topic = l.topic and x.key = l.key order by x.off limit 1
    ) q on true
   where l.grp = p_grp
$$
----
-- Waiting events of these partitions whose lanes are due, tenants taking turns, without the lanes in p_busy ([{ t, k }]).
-- Nothing is locked: the partition's lease keeps others away, and a stream may see an event twice.
create function parley.stream_due(p_grp text, p_ranges json, p_now timestamptz, p_busy json, p_limit integer)
returns table (topic text, part integer, off bigint, id uuid, tenant_id uuid, key text, type text, data json, headers json, attempt integer)
language sql stable as $$
  with recursive tenant(id) as (
    (select l.tenant_id from parley.lane l where l.grp = p_grp and not l.blocked and l.next_at <= p_now order by 1 limit 1)
    union all
    select (select l.tenant_id from parley.lane l
             where l.grp = p_grp and not l.blocked and l.next_at <= p_now and l.tenant_id > tenant.id order by 1 limit 1)
      from tenant where tenant.id is not null
  ), due as materialized (
    select d.* from tenant n
     cross join lateral (
       select l.topic, l.part, l.key, l.attempt, l.tenant_id, row_number() over (order by l.next_at, l.topic, l.key) as turn
         from parley.lane l
         join json_to_recordset(p_ranges) as r(t text, p integer) on l.topic = r.t and l.part = r.p
        where l.grp = p_grp and l.tenant_id = n.id and not l.blocked and l.next_at <= p_now
          and not exists (select from json_to_recordset(p_busy) as b(t text, k text) where b.t = l.topic and b.k = l.key)
        order by l.next_at, l.topic, l.key
        limit p_limit
     ) d
     where n.id is not null
     order by d.turn
     limit p_limit
  )
  select q.topic, q.part, q.off, x.id, d.tenant_id, d.key, x.type, x.data, x.headers, d.attempt
    from due d
   cross join lateral (
     select q.topic, q.part, q.off from parley.parked q
      where q.grp = p_grp and q.topic = d.topic and q.key = d.key
      order by q.off
      limit case when d.attempt > 0 then 1 else ceil(p_limit::numeric / (select count(*) from due)) end
   ) q
    left join parley.log x on x.topic = q.topic and x.part = q.part and x.off = q.off
   order by d.turn, q.off
$$
----
-- What a stream finished since the last time, in one transaction: cursors, done above them, and `settle`. Refused when
-- a replay has reset a partition in the meantime: the stream starts over. Returns the released lanes in which something
-- still waits: [[topic, key]].
create function parley.stream_settle(
  p_grp text, p_now timestamptz, p_lows json, p_done json,
  p_lanes json, p_parked json, p_dead json, p_handled json, p_failed json, p_released json
) returns json
language plpgsql as $$
declare
  v_left json;
begin
  perform parley.group_enter(p_grp, 30000);
  if json_array_length(parley.cursor_advance(p_grp, p_lows)) > 0 then
    raise exception 'group % was reset', p_grp using errcode = 'PL001';
  end if;
  insert into parley.done (grp, topic, part, off)
    select p_grp, w.t, w.p, w.o from json_to_recordset(p_done) as w(t text, p integer, o bigint)
      join parley.cursor c on c.grp = p_grp and c.topic = w.t and c.part = w.p and c.low <= w.o
     order by 2, 3, 4
    on conflict do nothing;
  perform parley.settle(p_grp, p_now, p_lanes, p_parked, p_dead, p_handled, p_failed, p_released);
  -- A lane may have been emptied by an ack that came after its event had been taken back.
  delete from parley.lane l using json_to_recordset(p_handled) as w(t text, k text)
   where l.grp = p_grp and l.topic = w.t and l.key = w.k and not l.blocked
     and not exists (select from parley.parked q where q.grp = p_grp and q.topic = l.topic and q.key = l.key);
  select coalesce(json_agg(json_build_array(l.topic, l.key)), '[]') into v_left
    from json_to_recordset(p_released) as w(t text, k text)
    join parley.lane l on l.grp = p_grp and l.topic = w.t and l.key = w.k;
  return v_left;
end
$$
