-- Makes topics that are not there yet, with all heads of their partitions.
create function parley.topics_ensure(p_topics text[], p_partitions integer) returns void
language plpgsql as $$
begin
  insert into parley.topic (topic, partitions)
    select t, p_partitions from unnest(p_topics) t order by t
    on conflict do nothing;
  insert into parley.log_head (topic, part)
    select t.topic, p from parley.topic t, generate_series(0, t.partitions - 1) p
    where t.topic = any (p_topics)
    order by 1, 2
    on conflict do nothing;
end
$$
----
-- Appends events in array order. Locks the heads it needs in ascending order (no deadlock between appenders), takes a
-- run of offsets from each, inserts. The locks last until COMMIT: whoever gets the next offset committed later, so a
-- reader that sees an offset sees all below it. p_only names the ordinals (from 1) to append; null means all.
create function parley.log_append(p_topics text[], p_partitions integer, p_events json, p_only integer[] default null)
returns void
language plpgsql as $$
declare
  v_expected bigint;
  v_inserted bigint;
begin
  if exists (select from unnest(p_topics) t where not exists (select from parley.topic k where k.topic = t)) then
    perform parley.topics_ensure(p_topics, p_partitions);
  end if;

  with event as materialized (
    select e.*, mod(e.h, t.partitions)::integer as part
      from rows from (
             json_to_recordset(p_events) as (t text, h bigint, i uuid, n uuid, k text, y text, d jsonb, e jsonb, s timestamptz)
           ) with ordinality as e(t, h, i, n, k, y, d, e, s, ord)
      join parley.topic t on t.topic = e.t
     where p_only is null or e.ord = any (p_only)
  ), want as (
    select e.t, e.part, count(*) as n from event e group by 1, 2
  ), head as materialized (
    select h.topic, h.part, h.next, w.n
      from parley.log_head h join want w on w.t = h.topic and w.part = h.part
     order by h.topic, h.part
       for no key update of h
  ), moved as (
    update parley.log_head h set next = head.next + head.n
      from head where h.topic = head.topic and h.part = head.part
    returning h.topic, h.part, head.next as base
  ), inserted as (
    insert into parley.log (topic, part, off, seg, id, tenant_id, key, type, data, headers, ts)
    select e.t, e.part, m.base + row_number() over (partition by e.t, e.part order by e.ord) - 1,
           (select max(seg) from parley.log_segment), e.i, e.n, e.k, e.y, e.d, e.e, e.s
      from event e join moved m on m.topic = e.t and m.part = e.part
    returning 1
  )
  select (select count(*) from inserted), (select count(*) from event) into v_inserted, v_expected;

  if v_inserted <> v_expected or (p_only is not null and v_expected <> cardinality(p_only)) then
    raise exception 'log_append inserted % of % events', v_inserted, coalesce(cardinality(p_only), v_expected)
      using errcode = 'PL002';
  end if;
end
$$
----
-- One flush of the intake: dedupe, webhook rows, append. Returns the ordinals (from 1) of the items that are new.
-- p_keys: [{ n tenant, s scope, x external id }], p_events in the same order,
-- p_webhooks: [{ i id, n tenant, a adapter, p endpoint, b base64 body, e headers, s time,
--   u outcome, f first ordinal, l last ordinal }].
-- Of equal keys within one flush only the first counts; keys are inserted in order, so that two flushes cannot deadlock.
create function parley.log_ingest(
  p_topics text[], p_partitions integer, p_keys json, p_events json, p_webhooks json, p_now timestamptz
) returns integer[]
language plpgsql as $$
declare
  v_fresh integer[];
begin
  with item as materialized (
    select i.n, i.s, i.x, i.ord::integer as ord
      from rows from (json_to_recordset(p_keys) as (n uuid, s text, x text)) with ordinality as i(n, s, x, ord)
  ), first as materialized (
    select distinct on (n, s, x) n, s, x, ord from item order by n, s, x, ord
  ), fresh as (
    insert into parley.ingest_dedupe (tenant_id, scope, ext_id, at)
      select n, s, x, p_now from first order by n, s, x
      on conflict do nothing
      returning tenant_id, scope, ext_id
  )
  select coalesce(array_agg(f.ord order by f.ord), '{}') into v_fresh
    from first f join fresh d on d.tenant_id = f.n and d.scope = f.s and d.ext_id = f.x;

  insert into parley.webhook_log
      (id, tenant_id, adapter, endpoint_id, body, headers, stored, duplicates, outcome, received_at)
    select w.i, w.n, w.a, w.p, decode(w.b, 'base64'), w.e, c.stored, c.total - c.stored,
           w.u, w.s
      from json_to_recordset(p_webhooks)
        as w(i uuid, n uuid, a text, p text, b text, e jsonb, s timestamptz, u text, f integer, l integer)
     cross join lateral (
       select w.l - w.f + 1 as total, (select count(*)::integer from unnest(v_fresh) o where o between w.f and w.l) as stored
     ) c;

  if cardinality(v_fresh) > 0 then
    perform parley.log_append(p_topics, p_partitions, p_events, v_fresh);
  end if;
  return v_fresh;
end
$$
