-- Every transaction that works for a group enters it: shared with others, excluded by a replay that resets the group.
-- A handler may be silent on its connection for as long as its deadline allows, and no longer.
create function parley.group_enter(p_grp text, p_timeout_ms integer) returns void
language plpgsql as $$
begin
  execute format('set local idle_in_transaction_session_timeout = %s', p_timeout_ms + 2000);
  perform pg_advisory_xact_lock_shared(hashtextextended('parley.group.' || p_grp, 0));
end
$$
----
-- The first offset that a partition still has: 0, or what retention left.
create function parley.log_start(p_topic text, p_part integer) returns bigint
language sql stable as $$
  select coalesce(
    (select l.off from parley.log l where l.topic = p_topic and l.part = p_part order by l.off limit 1),
    (select h.next from parley.log_head h where h.topic = p_topic and h.part = p_part))
$$
----
-- Cursors of the partitions, made where missing; with what is done above low. p_ranges: [{ t, p }].
create function parley.cursor_open(p_grp text, p_ranges json, p_latest boolean)
returns table (topic text, part integer, low bigint, epoch integer, done bigint[])
language plpgsql as $$
#variable_conflict use_column
begin
  insert into parley.cursor (grp, topic, part, low)
    select p_grp, h.topic, h.part, case when p_latest then h.next else parley.log_start(h.topic, h.part) end
      from json_to_recordset(p_ranges) as r(t text, p integer)
      join parley.log_head h on h.topic = r.t and h.part = r.p
     order by 2, 3
    on conflict do nothing;
  return query
    select c.topic, c.part, c.low, c.epoch,
           array(select d.off from parley.done d
                  where d.grp = p_grp and d.topic = c.topic and d.part = c.part and d.off >= c.low order by d.off)
      from parley.cursor c
      join json_to_recordset(p_ranges) as r(t text, p integer) on c.topic = r.t and c.part = r.p
     where c.grp = p_grp;
end
$$
----
-- Keys of a batch that have a lane: their events must wait behind it. The key-share lock keeps the lane from being
-- closed until this transaction ends; it does not wait for a lane that is being worked on. p_keys: [{ t, k }].
create function parley.lanes_of(p_grp text, p_keys json) returns json
language sql volatile as $$
  select coalesce(json_agg(json_build_array(b.topic, b.key)), '[]')
    from (
      select l.topic, l.key
        from json_to_recordset(p_keys) as k(t text, k text)
        join parley.lane l on l.grp = p_grp and l.topic = k.t and l.key = k.k
       order by l.topic, l.key
         for key share of l
    ) b
$$
----
-- Begins a serial batch: moves each cursor from start to end, and keeps its row locked until COMMIT. A cursor that
-- stands elsewhere, or that another transaction holds, is left out of `advanced`: its events are somebody else's.
-- Lanes are read by a later statement, hence by a newer snapshot, than the one that took the cursors.
-- p_cursors: [{ t, p, s start, e end, v epoch }].
create function parley.serial_begin(p_grp text, p_cursors json, p_keys json, p_timeout_ms integer) returns json
language plpgsql as $$
declare
  v_advanced json;
begin
  perform parley.group_enter(p_grp, p_timeout_ms);
  with taken as materialized (
    select c.topic, c.part, w.e
      from json_to_recordset(p_cursors) as w(t text, p integer, s bigint, e bigint, v integer)
      join parley.cursor c on c.grp = p_grp and c.topic = w.t and c.part = w.p and c.low = w.s and c.epoch = w.v
     order by c.topic, c.part
       for no key update of c skip locked
  ), moved as (
    update parley.cursor c set low = taken.e
      from taken where c.grp = p_grp and c.topic = taken.topic and c.part = taken.part
    returning c.topic, c.part
  )
  select coalesce(json_agg(json_build_array(topic, part)), '[]') into v_advanced from moved;
  return json_build_object('advanced', v_advanced, 'blocked', parley.lanes_of(p_grp, p_keys));
end
$$
----
-- Begins a keyed batch: claims each event by a done row. Waits for a transaction that has claimed the same event. The
-- low check is a statement of its own, after the claim: an event below low was finished and its done row pruned, so
-- whoever still holds it is a zombie. p_positions: [{ t, p, o }], p_epochs: [{ t, p, v }].
create function parley.keyed_begin(p_grp text, p_positions json, p_epochs json, p_keys json, p_timeout_ms integer) returns json
language plpgsql as $$
declare
  v_claimed json;
begin
  perform parley.group_enter(p_grp, p_timeout_ms);
  with claimed as (
    insert into parley.done (grp, topic, part, off)
      select p_grp, w.t, w.p, w.o from json_to_recordset(p_positions) as w(t text, p integer, o bigint) order by 2, 3, 4
      on conflict do nothing
    returning topic, part, off
  )
  select coalesce(json_agg(json_build_array(topic, part, off)), '[]') into v_claimed from claimed;

  if exists (
    select from json_to_recordset(p_epochs) as w(t text, p integer, v integer)
      left join parley.cursor c on c.grp = p_grp and c.topic = w.t and c.part = w.p
     where c.epoch is distinct from w.v
  ) or exists (
    select from json_to_recordset(p_positions) as w(t text, p integer, o bigint)
      join parley.cursor c on c.grp = p_grp and c.topic = w.t and c.part = w.p
     where w.o < c.low
  ) then
    raise exception 'another process has taken over group %', p_grp using errcode = 'PL001';
  end if;
  return json_build_object('claimed', v_claimed, 'blocked', parley.lanes_of(p_grp, p_keys));
end
$$
----
-- Moves low over finished events (never back), prunes their done rows. Returns the partitions that a replay has reset
-- in the meantime. p_lows: [{ t, p, l low, v epoch }].
create function parley.cursor_advance(p_grp text, p_lows json) returns json
language plpgsql as $$
declare
  v_stale json;
begin
  perform from parley.cursor c
    join json_to_recordset(p_lows) as w(t text, p integer) on c.topic = w.t and c.part = w.p
   where c.grp = p_grp order by c.topic, c.part for no key update of c;
  update parley.cursor c set low = w.l
    from json_to_recordset(p_lows) as w(t text, p integer, l bigint, v integer)
   where c.grp = p_grp and c.topic = w.t and c.part = w.p and c.epoch = w.v and c.low < w.l;
  delete from parley.done d
   using json_to_recordset(p_lows) as w(t text, p integer, l bigint, v integer)
    join parley.cursor c on c.grp = p_grp and c.topic = w.t and c.part = w.p and c.epoch = w.v
   where d.grp = p_grp and d.topic = w.t and d.part = w.p and d.off < c.low;
  select coalesce(json_agg(json_build_array(w.t, w.p)), '[]') into v_stale
    from json_to_recordset(p_lows) as w(t text, p integer, v integer)
    left join parley.cursor c on c.grp = p_grp and c.topic = w.t and c.part = w.p
   where c.epoch is distinct from w.v;
  return v_stale;
end
$$
