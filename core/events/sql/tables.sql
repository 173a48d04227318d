-- A topic's partitions are fixed for good: the part of a key is its hash modulo this number.
create table parley.topic (
  topic text collate "C" primary key,
  partitions integer not null check (partitions between 1 and 1024)
);

-- The next offset of each partition. Appenders lock these rows, in order, until they commit.
create table parley.log_head (
  topic text collate "C" not null references parley.topic (topic),
  part integer not null,
  next bigint not null default 0,
  primary key (topic, part)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Segments of the log, for retention: the newest takes the appends, old ones are dropped whole.
create table parley.log_segment (
  seg integer primary key,
  opened_at timestamptz not null
);

create table parley.log (
  topic text collate "C" not null,
  part integer not null,
  off bigint not null,
  seg integer not null,
  id uuid not null,
  tenant_id uuid not null,
  -- the CloudEvents partitionkey: <tenant>/<key>
  key text collate "C" not null,
  type text not null,
  -- json, not jsonb: it is written once and read as it is, and only an erasure looks inside
  data json,
  -- source, time, correlationid, and where given subject, causationid, traceparent
  headers json not null,
  ts timestamptz not null,
  primary key (topic, part, off, seg)
) partition by list (seg);

-- What makes a vendor's second delivery a duplicate.
create table parley.ingest_dedupe (
  tenant_id uuid not null,
  scope text collate "C" not null,
  ext_id text collate "C" not null,
  at timestamptz not null,
  primary key (tenant_id, scope, ext_id)
);

create index ingest_dedupe_at on parley.ingest_dedupe using brin (at);

-- Raw webhook envelopes, for a limited time. tenant_id is null for an endpoint that serves many tenants.
create table parley.webhook_log (
  id uuid primary key,
  tenant_id uuid,
  adapter text not null,
  endpoint_id text not null,
  body bytea not null,
  headers json not null,
  stored integer not null,
  duplicates integer not null,
  -- what the intake made of it: routed, partly-routed, unrouted, …
  outcome text not null,
  received_at timestamptz not null
);

create index webhook_log_received on parley.webhook_log using brin (received_at);

-- Everything below low is finished for the group. epoch grows when a replay resets it, which makes old readers stale.
create table parley.cursor (
  grp text collate "C" not null,
  topic text collate "C" not null,
  part integer not null,
  low bigint not null,
  epoch integer not null default 0,
  primary key (grp, topic, part)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- A process that is alive until then, and the groups it works for.
create table parley.member (
  owner text collate "C" primary key,
  groups text[] not null,
  until timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- Which process reads which partition. Only an optimisation: safety is in the transactions.
create table parley.lease (
  grp text collate "C" not null,
  topic text collate "C" not null,
  part integer not null,
  owner text collate "C" not null,
  primary key (grp, topic, part)
);

create index lease_owner on parley.lease (owner);

-- Finished events above low, for consumers that finish out of order.
create table parley.done (
  grp text collate "C" not null,
  topic text collate "C" not null,
  part integer not null,
  off bigint not null,
  primary key (grp, topic, part, off)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_insert_threshold = 5000);

-- One row for a key whose events wait: for a retry, for an operator (blocked), or for their turn among tenants.
create table parley.lane (
  grp text collate "C" not null,
  topic text collate "C" not null,
  key text collate "C" not null,
  part integer not null,
  tenant_id uuid not null,
  next_at timestamptz not null,
  -- failed tries of the first waiting event
  attempt integer not null,
  blocked boolean not null default false,
  error jsonb,
  since timestamptz not null,
  primary key (grp, topic, key)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create index lane_due on parley.lane (grp, tenant_id, next_at) where not blocked;

create index lane_next on parley.lane (grp, next_at) where not blocked;

-- The waiting events of a lane, taken in offset order.
create table parley.parked (
  grp text collate "C" not null,
  topic text collate "C" not null,
  key text collate "C" not null,
  off bigint not null,
  part integer not null,
  tenant_id uuid not null,
  primary key (grp, topic, key, off),
  foreign key (grp, topic, key) references parley.lane (grp, topic, key)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create table parley.dead (
  grp text collate "C" not null,
  topic text collate "C" not null,
  part integer not null,
  off bigint not null,
  tenant_id uuid,
  key text collate "C" not null,
  type text not null,
  -- [{ name, code, message }], outermost first
  error jsonb not null,
  attempts integer not null,
  died_at timestamptz not null,
  -- what could not be decoded, as it came
  raw text,
  primary key (grp, topic, part, off)
);

create index dead_newest on parley.dead (died_at desc, grp, topic, part, off)
