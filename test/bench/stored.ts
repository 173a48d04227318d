import pg from 'pg'

/** Messages of one stored person: half heard, half said. */
const PER_THREAD = 20

/**
 * Fills the database of a stopped Parley with `count` messages, as if they had come in and been answered over months: people,
 * threads, conversations, messages with their search words and ledger rows, and the log and dedupe rows of what came in.
 * Written by the owner in bulk, with every cursor moved past what it adds.
 */
export async function store(adminUrl: string, tenantId: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const threads = Math.max(1, Math.round(count / PER_THREAD))
    await client.query('BEGIN')
    await client.query(PEOPLE, [tenantId, threads])
    await client.query(
      "CREATE TEMP TABLE seeded AS SELECT gen_random_uuid() AS thread, gen_random_uuid() AS conversation, contact_id, value, row_number() OVER () AS n FROM contacts.identity WHERE tenant_id = $1 AND value LIKE '+48%'",
      [tenantId],
    )
    for (const statement of [THREADS, CONVERSATIONS, MESSAGES]) await client.query(statement, [tenantId])
    await client.query(WORDS, [tenantId])
    await client.query(LEDGER, [tenantId])
    await client.query(LOG, [tenantId, count / 2])
    await client.query(HEADS)
    await client.query(DEDUPE, [tenantId, count / 2])
    await client.query('COMMIT')
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
}

const PEOPLE = `
  WITH person AS (
    INSERT INTO contacts.contact (tenant_id, id, name, search, created_at, updated_at)
    SELECT $1::uuid, gen_random_uuid(), 'Customer ' || n, to_tsvector('simple', '~' || replace($1::text, '-', '') || ' customer ' || n),
           now() - interval '90 days', now() - interval '90 days'
    FROM generate_series(1, $2::integer) n RETURNING id)
  INSERT INTO contacts.identity (tenant_id, kind, scope, value, contact_id, created_at)
  SELECT $1::uuid, 'phone', '', '+48' || (100000000 + row_number() OVER ()), id, now() - interval '90 days' FROM person`

const CONNECTION = `(SELECT id FROM parley.connection WHERE tenant_id = $1::uuid AND provider = 'whatsapp' LIMIT 1)`

const THREADS = `
  INSERT INTO inbox.thread (tenant_id, id, connection_id, channel, identity_key, address, contact_id, next_seq, revision, conversation_id,
                            window_opener, window_expires_at, created_at)
  SELECT $1::uuid, thread, ${CONNECTION}, 'whatsapp', 'phone::' || value, jsonb_build_object('kind', 'phone', 'scope', '', 'value', value),
         contact_id, ${PER_THREAD + 1}, ${PER_THREAD}, conversation, 'message', now() + interval '1 hour', now() - interval '90 days'
  FROM seeded`

const CONVERSATIONS = `
  INSERT INTO inbox.conversation (tenant_id, id, thread_id, connection_id, channel, contact_id, status, last_message, last_message_at, opened_at, changed_xid)
  SELECT $1::uuid, conversation, thread, ${CONNECTION}, 'whatsapp', contact_id, CASE WHEN n % 2 = 0 THEN 'open' ELSE 'resolved' END,
         jsonb_build_object('preview', 'Message of customer ' || n, 'kind', 'text', 'direction', 'out'),
         now() - n * interval '1 second' - interval '2 hours', now() - interval '90 days', 0
  FROM seeded`

const MESSAGES = `
  INSERT INTO inbox.message (tenant_id, id, thread_id, conversation_id, connection_id, seq, revision, direction, kind, content, text, status,
                             external_id, occurred_at, created_at)
  SELECT $1::uuid, gen_random_uuid(), thread, conversation, ${CONNECTION}, s, s, CASE WHEN s % 2 = 1 THEN 'in' ELSE 'out' END, 'text',
         jsonb_build_object('kind', 'text', 'text', 'Message ' || s || ' of customer ' || n), 'Message ' || s || ' of customer ' || n,
         CASE WHEN s % 2 = 1 THEN 'received' ELSE 'read' END, 'wamid.stored.' || n || '.' || s,
         now() - interval '80 days' + s * interval '1 hour', now() - interval '80 days' + s * interval '1 hour'
  FROM seeded, generate_series(1, ${PER_THREAD}) s`

const WORDS = `
  INSERT INTO inbox.message_search (tenant_id, message_id, conversation_id, at, words)
  SELECT tenant_id, id, conversation_id, created_at, to_tsvector('simple', '~' || replace(tenant_id::text, '-', '') || ' ' || text)
  FROM inbox.message WHERE tenant_id = $1::uuid`

const LEDGER = `
  INSERT INTO inbox.send (tenant_id, message_id, conversation_id, state, attempt, created_at)
  SELECT tenant_id, id, conversation_id, 'done', 1, created_at FROM inbox.message WHERE tenant_id = $1::uuid AND direction = 'out'`

const LOG = `
  INSERT INTO parley.log (topic, part, off, seg, id, tenant_id, key, type, data, headers, ts)
  SELECT h.topic, h.part, h.next + n, (SELECT max(seg) FROM parley.log_segment), gen_random_uuid(), $1::uuid, $1::text || '/stored-' || n, 'channel.message.received.v1',
         jsonb_build_object('channel', 'whatsapp', 'externalId', 'wamid.log.' || n, 'content', jsonb_build_object('kind', 'text', 'text', repeat('stored ', 30))),
         '{}', now() - interval '80 days'
  FROM parley.log_head h, generate_series(0, ($2::numeric / 32)::integer - 1) n WHERE h.topic = 'channel'`

/** Heads and cursors past what was added; nobody is reading. */
const HEADS = `
  WITH moved AS (
    UPDATE parley.log_head h SET next = coalesce((SELECT max(off) + 1 FROM parley.log l WHERE l.topic = h.topic AND l.part = h.part), h.next)
    WHERE h.topic = 'channel' RETURNING topic, part, next)
  UPDATE parley.cursor c SET low = moved.next FROM moved WHERE c.topic = moved.topic AND c.part = moved.part`

const DEDUPE = `
  INSERT INTO parley.ingest_dedupe (tenant_id, scope, ext_id, at)
  SELECT $1::uuid, ${CONNECTION}::text, 'wamid.dedupe.' || n, now() - interval '80 days' FROM generate_series(1, $2::integer) n`
