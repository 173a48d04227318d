-- Opens the next segment when the newest has taken appends since before p_before, and returns its number.
create function parley.segment_roll(p_now timestamptz, p_before timestamptz) returns integer
language plpgsql as $$
declare
  v_seg integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('parley.segment', 0));
  select max(s.seg) into v_seg from parley.log_segment s;
  if v_seg is not null and not exists (select from parley.log_segment s where s.seg = v_seg and s.opened_at < p_before) then
    return v_seg;
  end if;
  v_seg := coalesce(v_seg, 0) + 1;
  execute format('create table parley_log.seg_%s partition of parley.log for values in (%s)', v_seg, v_seg);
  execute format('alter table parley_log.seg_%s enable row level security', v_seg);
  execute format('alter table parley_log.seg_%s force row level security', v_seg);
  execute format('create policy engine_access on parley_log.seg_%s to parley_engine using (true) with check (true)', v_seg);
  execute format($p$create policy tenant_isolation on parley_log.seg_%s to parley_app
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)$p$, v_seg);
  insert into parley.log_segment (seg, opened_at) values (v_seg, p_now);
  return v_seg;
end
$$
----
-- Drops segments that were closed before p_before, whole, when every group has passed them and nothing parked or dead
-- stands in them. The relay to a broker holds nothing back: it may have been left behind for good. Returns how many.
create function parley.segment_drop(p_before timestamptz) returns integer
language plpgsql as $$
declare
  v_seg integer;
  v_dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('parley.segment', 0));
  for v_seg in
    select s.seg from parley.log_segment s
      join parley.log_segment n on n.seg = s.seg + 1
     where n.opened_at < p_before order by s.seg
  loop
    continue when exists (
      select from parley.cursor c where c.grp <> 'carrier.relay' and exists (
        select from parley.log l where l.topic = c.topic and l.part = c.part and l.off >= c.low and l.seg = v_seg));
    continue when exists (
      select from parley.parked q join parley.log l on l.topic = q.topic and l.part = q.part and l.off = q.off where l.seg = v_seg);
    continue when exists (
      select from parley.dead d join parley.log l on l.topic = d.topic and l.part = d.part and l.off = d.off where l.seg = v_seg);
    execute format('alter table parley.log detach partition parley_log.seg_%s', v_seg);
    execute format('drop table parley_log.seg_%s', v_seg);
    delete from parley.log_segment s where s.seg = v_seg;
    v_dropped := v_dropped + 1;
  end loop;
  return v_dropped;
end
$$
----
-- Raw webhook envelopes, oldest first after p_after (an id), for replaying them. Null filters mean all.
create function parley.webhook_list(p_adapter text, p_endpoint text, p_outcome text, p_since timestamptz, p_after uuid, p_limit integer)
returns setof parley.webhook_log
language sql stable as $$
  select w.* from parley.webhook_log w
   where (p_adapter is null or w.adapter = p_adapter)
     and (p_endpoint is null or w.endpoint_id = p_endpoint)
     and (p_outcome is null or w.outcome = p_outcome)
     and (p_since is null or w.received_at >= p_since)
     and (p_after is null or w.id > p_after)
   order by w.id
   limit p_limit
$$
----
-- Deletes raw webhook envelopes received before the moment, at most p_limit of them.
create function parley.webhook_purge(p_before timestamptz, p_limit integer) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  delete from parley.webhook_log w where w.id in (
    select x.id from parley.webhook_log x where x.received_at < p_before limit p_limit);
  get diagnostics v_count = row_count;
  return v_count;
end
$$
----
-- Deletes dedupe keys older than the moment, at most p_limit of them: a vendor's later repeat would be stored again.
create function parley.dedupe_purge(p_before timestamptz, p_limit integer) returns integer
language plpgsql as $$
declare
  v_count integer;
begin
  delete from parley.ingest_dedupe i where (i.tenant_id, i.scope, i.ext_id) in (
    select x.tenant_id, x.scope, x.ext_id from parley.ingest_dedupe x where x.at < p_before limit p_limit);
  get diagnostics v_count = row_count;
  return v_count;
end
$$
----
-- Blanks personal fields of one tenant's events under one key, in the log and in what was kept of dead letters. Reads
-- one partition of each topic. p_types: [{ y type, t topic, h hash of the key, f [[path elements]] }].
create function parley.log_erase(p_tenant uuid, p_key text, p_types json) returns integer
language plpgsql as $$
declare
  v_type record;
  v_path json;
  v_rows integer;
  v_count integer := 0;
begin
  for v_type in
    select w.y, w.t, mod(w.h, k.partitions)::integer as part, w.f
      from json_to_recordset(p_types) as w(y text, t text, h bigint, f json) join parley.topic k on k.topic = w.t
  loop
    v_rows := 0;
    for v_path in select * from json_array_elements(v_type.f) loop
      update parley.log l set data = jsonb_set(l.data::jsonb, array(select json_array_elements_text(v_path)), 'null', false)::json
       where l.topic = v_type.t and l.part = v_type.part and l.tenant_id = p_tenant and l.key = p_key and l.type = v_type.y
         and l.data #> array(select json_array_elements_text(v_path)) is not null;
      get diagnostics v_rows = row_count;
      v_count := greatest(v_count, v_rows);
    end loop;
    update parley.dead d set raw = null where d.topic = v_type.t and d.part = v_type.part and d.tenant_id = p_tenant and d.key = p_key and d.raw is not null;
  end loop;
  return v_count;
end
$$
