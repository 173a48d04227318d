/** Six rows a message, as Parley keeps them at the least: the event with the raw call, the person, the conversation, both messages, the mark. Made anew for each run. */
export const SCHEMA = `
  DROP TABLE IF EXISTS event_log, cursor, contact, conversation, message;
  CREATE TABLE event_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message_id text UNIQUE, phone text, name text, body text, at bigint, raw bytea NOT NULL);
  CREATE TABLE cursor (low bigint NOT NULL);
  INSERT INTO cursor VALUES (0);
  CREATE TABLE contact (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, phone text UNIQUE NOT NULL, name text);
  CREATE TABLE conversation (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contact_id bigint UNIQUE NOT NULL, status text NOT NULL, last_message_at timestamptz NOT NULL, preview text);
  CREATE INDEX ON conversation (status, last_message_at DESC, id DESC);
  CREATE TABLE message (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, conversation_id bigint NOT NULL, direction text NOT NULL, external_id text, body text, status text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX ON message (conversation_id, id DESC);
`

/** Everything one batch of messages does to the database, in one statement: $1 event ids, $2 the new cursor. Answers what to send. */
export const WORK = `
  WITH moved AS (UPDATE cursor SET low = $2 WHERE low < $2 RETURNING low),
  batch AS (SELECT e.* FROM event_log e, moved WHERE e.id = ANY($1::bigint[])),
  people AS (
    INSERT INTO contact (phone, name) SELECT DISTINCT ON (phone) phone, name FROM batch
    ON CONFLICT (phone) DO UPDATE SET name = excluded.name RETURNING id, phone),
  talks AS (
    INSERT INTO conversation (contact_id, status, last_message_at, preview)
    SELECT DISTINCT ON (p.id) p.id, 'open', now(), b.body FROM batch b JOIN people p USING (phone) ORDER BY p.id, b.id DESC
    ON CONFLICT (contact_id) DO UPDATE SET status = 'open', last_message_at = now(), preview = excluded.preview RETURNING id, contact_id),
  heard AS (
    INSERT INTO message (conversation_id, direction, external_id, body, status)
    SELECT t.id, 'in', b.message_id, b.body, 'received' FROM batch b JOIN people p USING (phone) JOIN talks t ON t.contact_id = p.id ORDER BY b.id),
  said AS (
    INSERT INTO message (conversation_id, direction, body, status)
    SELECT t.id, 'out', 'Thank you, we are on it.', 'pending' FROM batch b JOIN people p USING (phone) JOIN talks t ON t.contact_id = p.id ORDER BY b.id
    RETURNING id, conversation_id, body)
  SELECT said.id, said.body, p.phone FROM said JOIN talks t ON t.id = said.conversation_id JOIN people p ON p.id = t.contact_id`

export const MARK_SENT = `
  UPDATE message SET status = 'sent', external_id = v.external_id
  FROM unnest($1::bigint[], $2::text[]) AS v(id, external_id) WHERE message.id = v.id`
