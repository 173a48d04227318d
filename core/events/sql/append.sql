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
-- reader that sees an offset sees all below it. Column by column, p_headers and p_data as JSON arrays: taking a row of
-- JSON objects apart costs more than storing it. p_only names the ordinals (from 1) to append; null means all.
create function parley.log_append(
  p_topics text[], p_partitions integer, p_topic text[], p_hash bigint[], p_id uuid[], p_tenant uuid[], p_key text[],
  p_type text[], p_ts timestamptz[], p_headers json, p_data json, p_only integer[] default null
) returns void
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
             unnest(p_topic, p_hash, p_id, p_tenant, p_key, p_type, p_ts), json_array_elements(p_headers), json_array_elements(p_data)
           ) with ordinality as e(t, h, i, n, k, y, s, e, d, ord)
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

  if v_inserted <> v_expected or v_expected <> coalesce(cardinality(p_only), cardinality(p_id)) then
    raise exception 'log_append inserted % of % events', v_inserted, coalesce(cardinality(p_only), cardinality(p_id))
      using errcode = 'PL002';
  end if;
end
$$
----
-- One flush of the intake: dedupe, webhook rows, append. Returns the ordinals (from 1) of the items that are new.
-- p_scope and p_ext say what each event (p_tenant …, as log_append takes them) is a duplicate of. w_*: the raw calls, their
-- bodies in base64, tenant '' for none, with the ordinals of each one's first and last item.
-- Of equal keys within one flush only the first counts; keys are inserted in order, so that two flushes cannot deadlock.
create function parley.log_ingest(
  p_topics text[], p_partitions integer, p_topic text[], p_hash bigint[], p_id uuid[], p_tenant uuid[], p_key text[],
  p_type text[], p_ts timestamptz[], p_headers json, p_data json, p_scope text[], p_ext text[],
  w_id uuid[], w_tenant text[], w_adapter text[], w_endpoint text[], w_body text[], w_headers json, w_received timestamptz[],
  w_outcome text[], w_first integer[], w_last integer[], p_now timestamptz
) returns integer[]
language plpgsql as $$
declare
  v_fresh integer[];
begin
  with first as materialized (
    select distinct on (n, s, x) n, s, x, ord::integer
      from unnest(p_tenant, p_scope, p_ext) with ordinality as i(n, s, x, ord) order by n, s, x, ord
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
    select w.i, nullif(w.n, '')::uuid, w.a, w.p, decode(w.b, 'base64'), w.e, c.stored, w.l - w.f + 1 - c.stored, w.u, w.s
      from rows from (
             unnest(w_id, w_tenant, w_adapter, w_endpoint, w_body, w_received, w_outcome, w_first, w_last),
             json_array_elements(w_headers)
           ) as w(i, n, a, p, b, s, u, f, l, e)
     cross join lateral (select count(*)::integer as stored from unnest(v_fresh) o where o between w.f and w.l) c;

  if cardinality(v_fresh) > 0 then
    perform parley.log_append(
      p_topics, p_partitions, p_topic, p_hash, p_id, p_tenant, p_key, p_type, p_ts, p_headers, p_data, v_fresh);
  end if;
  return v_fresh;
end
$$
