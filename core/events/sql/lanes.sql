-- Records what became of a batch, apart from its effects. All arrays may be empty.
-- p_lanes:    keys that begin to wait        [{ t, k, p, n tenant, at next try, a attempt, e error, b blocked }]
-- p_parked:   events that wait               [{ t, k, p, n, o }]
-- p_dead:     events given up                [{ t, k, p, n, o, y type, e error, a attempts, r raw }]
-- p_handled:  waiting events that are done   [{ t, k, o }]
-- p_failed:   lanes whose first event failed [{ t, k, at, a, e, b }]
-- p_released: lanes that went well           [{ t, k }]; closed when nothing waits in them any more
create function parley.settle(
  p_grp text, p_now timestamptz, p_lanes json, p_parked json, p_dead json, p_handled json, p_failed json, p_released json
) returns void
language plpgsql as $$
begin
  if json_array_length(p_lanes) > 0 then
    insert into parley.lane (grp, topic, key, part, tenant_id, next_at, attempt, blocked, error, since)
      select p_grp, w.t, w.k, w.p, w.n, w.at, w.a, w.b, w.e, p_now
        from json_to_recordset(p_lanes)
          as w(t text, k text, p integer, n uuid, at timestamptz, a integer, e jsonb, b boolean)
       order by 2, 3
      -- An event that failed has come before those that wait for their turn: its pause is theirs.
      on conflict (grp, topic, key) do update
        set next_at = excluded.next_at, attempt = excluded.attempt, error = excluded.error, blocked = excluded.blocked
        where excluded.attempt > 0 and lane.attempt = 0;
  end if;
  if json_array_length(p_parked) > 0 then
    insert into parley.parked (grp, topic, key, off, part, tenant_id)
      select p_grp, w.t, w.k, w.o, w.p, w.n
        from json_to_recordset(p_parked) as w(t text, k text, p integer, n uuid, o bigint)
       order by 2, 3, 4
      on conflict do nothing;
  end if;
  if json_array_length(p_handled) > 0 then
    delete from parley.parked q using json_to_recordset(p_handled) as w(t text, k text, o bigint)
     where q.grp = p_grp and q.topic = w.t and q.key = w.k and q.off = w.o;
  end if;
  if json_array_length(p_dead) > 0 then
    delete from parley.parked q using json_to_recordset(p_dead) as w(t text, k text, o bigint)
     where q.grp = p_grp and q.topic = w.t and q.key = w.k and q.off = w.o;
    insert into parley.dead (grp, topic, part, off, tenant_id, key, type, error, attempts, died_at, raw)
      select p_grp, w.t, w.p, w.o, w.n, w.k, w.y, w.e, w.a, p_now, w.r
        from json_to_recordset(p_dead)
          as w(t text, k text, p integer, n uuid, o bigint, y text, e jsonb, a integer, r text)
      on conflict do nothing;
  end if;
  if json_array_length(p_failed) > 0 then
    update parley.lane l set next_at = w.at, attempt = w.a, error = w.e, blocked = w.b
      from json_to_recordset(p_failed) as w(t text, k text, at timestamptz, a integer, e jsonb, b boolean)
     where l.grp = p_grp and l.topic = w.t and l.key = w.k;
  end if;
  if json_array_length(p_released) > 0 then
    perform parley.lanes_release(p_grp, p_now, p_released);
  end if;
end
$$
----
-- Lanes that went well start afresh; the empty ones are closed. A lane that somebody is parking behind right now is
-- left open (skip locked) and looked at again. That nothing is parked is read after the lock, by a new snapshot.
create function parley.lanes_release(p_grp text, p_now timestamptz, p_released json) returns void
language plpgsql as $$
declare
  v_locked text[][];
begin
  update parley.lane l set attempt = 0, error = null, next_at = p_now
    from json_to_recordset(p_released) as w(t text, k text)
   where l.grp = p_grp and l.topic = w.t and l.key = w.k and l.attempt > 0;
  select array_agg(array[b.topic, b.key]) into v_locked from (
    select l.topic, l.key from parley.lane l
      join json_to_recordset(p_released) as w(t text, k text) on l.topic = w.t and l.key = w.k
     where l.grp = p_grp
     order by l.topic, l.key
       for update of l skip locked
  ) b;
  delete from parley.lane l using (
    select v_locked[i][1] as topic, v_locked[i][2] as key from generate_subscripts(v_locked, 1) i
  ) w
   where l.grp = p_grp and l.topic = w.topic and l.key = w.key
     and not exists (select from parley.parked q where q.grp = p_grp and q.topic = l.topic and q.key = l.key);
end
$$
----
-- The next tenant after p_after (and around) that has a lane which is due, without those in p_busy.
create function parley.lane_next_tenant(p_grp text, p_now timestamptz, p_after uuid, p_busy uuid[]) returns uuid
language sql stable as $$
  (select l.tenant_id from parley.lane l
    where l.grp = p_grp and not l.blocked and l.next_at <= p_now and l.tenant_id > p_after and l.tenant_id <> all (p_busy)
    order by l.tenant_id limit 1)
  union all
  (select l.tenant_id from parley.lane l
    where l.grp = p_grp and not l.blocked and l.next_at <= p_now and l.tenant_id <= p_after and l.tenant_id <> all (p_busy)
    order by l.tenant_id limit 1)
  limit 1
$$
----
-- Begins a run over waiting events of one tenant: tenants take turns, a run is bounded in lanes and events, so a tenant
-- with a thousand lanes gets no more than one with a single lane. A lane that has failed gives its first event only.
-- The lanes stay locked until COMMIT, in a way that lets others park behind them. What waits in them is read by a later
-- statement, hence by a newer snapshot: whoever held a lane until a moment ago has deleted what it handled.
create function parley.lane_begin(
  p_grp text, p_now timestamptz, p_after uuid, p_busy uuid[], p_lanes integer, p_events integer, p_timeout_ms integer
) returns json
language plpgsql as $$
declare
  v_tenant uuid;
  v_lanes json;
  v_events json;
begin
  perform parley.group_enter(p_grp, p_timeout_ms);
  v_tenant := parley.lane_next_tenant(p_grp, p_now, p_after, p_busy);
  if v_tenant is null then
    return null;
  end if;
  select coalesce(json_agg(json_build_object('t', c.topic, 'k', c.key, 'p', c.part, 'a', c.attempt)), '[]') into v_lanes
    from (
      select l.topic, l.key, l.part, l.attempt
        from parley.lane l
       where l.grp = p_grp and l.tenant_id = v_tenant and not l.blocked and l.next_at <= p_now
       order by l.next_at, l.topic, l.key
       limit p_lanes
         for no key update skip locked
    ) c;
  select coalesce(json_agg(json_build_object(
           'topic', w.t, 'part', w.p, 'off', w.off, 'id', l.id, 'tenant_id', v_tenant, 'key', w.k,
           'type', l.type, 'data', l.data, 'headers', l.headers) order by w.t, w.p, w.off), '[]')
    into v_events
    from (
      select c.t, c.p, c.k, q.off
        from json_to_recordset(v_lanes) as c(t text, k text, p integer, a integer)
       cross join lateral (
         select x.off from parley.parked x
          where x.grp = p_grp and x.topic = c.t and x.key = c.k
          order by x.off
          limit case when c.a > 0 then 1 else ceil(p_events::numeric / json_array_length(v_lanes)) end
       ) q
    ) w
    left join parley.log l on l.topic = w.t and l.part = w.p and l.off = w.off;
  return json_build_object('tenant', v_tenant, 'lanes', v_lanes, 'events', v_events);
end
$$
----
-- How many events of these tenants wait.
create function parley.parked_of(p_grp text, p_tenants uuid[]) returns table (tenant_id uuid, events bigint)
language sql stable as $$
  select q.tenant_id, count(*) from parley.parked q where q.grp = p_grp and q.tenant_id = any (p_tenants) group by 1
$$
