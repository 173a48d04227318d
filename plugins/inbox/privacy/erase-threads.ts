import {
  type ErasureCounts,
  needlesOf,
  type ObjectStore,
  ParleyError,
  type PersonTraces,
  type UnitOfWork,
} from '@parley/core'

/**
 * Deletes the threads of a person with all that is in them. Whoever writes in one holds its row, so the threads are locked
 * first; files go before the rows that name them, and a run that was cut off finds the rest.
 */
export async function eraseThreads(
  store: ObjectStore | undefined,
  uow: UnitOfWork,
  traces: PersonTraces,
): Promise<ErasureCounts> {
  const { rows: locked } = await uow.trx.raw<{ rows: { id: string; connection_id: string }[] }>(
    `select t.id, t.connection_id from inbox.thread t
      where t.tenant_id = ?::uuid and (t.contact_id = any(?::uuid[]) or t.id = any(?::uuid[])) order by t.id for update`,
    [uow.tenantId, [...traces.ids], [...traces.ids]],
  )
  const threads = locked.map(({ id }) => id)
  const connections = [...new Set(locked.map((one) => one.connection_id))]
  const files = await eraseFiles(store, uow, threads)
  const bindings = { tenant: uow.tenantId, threads, connections, needles: [...needlesOf(traces)] }
  const erased: Record<string, number> = { files }
  for (const [what, sql] of Object.entries(DELETIONS)) {
    const { rowCount } = await uow.trx.raw<{ rowCount: number }>(sql, bindings)
    erased[what] = rowCount
  }
  return { erased }
}

const MESSAGES = `select m.id from inbox.message m where m.tenant_id = :tenant and m.thread_id = any(:threads::uuid[])`
const CONVERSATIONS = `select c.id from inbox.conversation c where c.tenant_id = :tenant and c.thread_id = any(:threads::uuid[])`

/** In this order: what hangs on messages and conversations before these. */
const DELETIONS: Readonly<Record<string, string>> = {
  attachments: `delete from inbox.attachment a where a.tenant_id = :tenant and a.message_id in (${MESSAGES})`,
  words: `delete from inbox.message_search s where s.tenant_id = :tenant and s.message_id in (${MESSAGES})`,
  sends: `delete from inbox.send s where s.tenant_id = :tenant and s.message_id in (${MESSAGES})`,
  news: `delete from inbox.early_change e
    where e.tenant_id = :tenant and e.connection_id = any(:connections::uuid[])
      and exists (select from unnest(:needles::text[]) n where strpos(e.change::text, n) > 0)`,
  labels: `delete from inbox.conversation_label l where l.tenant_id = :tenant and l.conversation_id in (${CONVERSATIONS})`,
  readers: `delete from inbox.reader r where r.tenant_id = :tenant and r.conversation_id in (${CONVERSATIONS})`,
  messages: `delete from inbox.message m where m.tenant_id = :tenant and m.thread_id = any(:threads::uuid[])`,
  conversations: `delete from inbox.conversation c where c.tenant_id = :tenant and c.thread_id = any(:threads::uuid[])`,
  threads: `delete from inbox.thread t where t.tenant_id = :tenant and t.id = any(:threads::uuid[])`,
}

/** A file that was sent to others too stays theirs. */
async function eraseFiles(
  store: ObjectStore | undefined,
  { trx, tenantId }: UnitOfWork,
  threads: readonly string[],
): Promise<number> {
  const { rows } = await trx.raw<{ rows: { key: string }[] }>(
    `with own as (
       select a.object_key as key from inbox.attachment a join inbox.message m
         on m.tenant_id = a.tenant_id and m.id = a.message_id
        where a.tenant_id = :tenant and m.thread_id = any(:threads::uuid[]) and a.object_key is not null
       union
       select jsonb_path_query(m.content, '$.**.objectKey') #>> '{}' from inbox.message m
        where m.tenant_id = :tenant and m.thread_id = any(:threads::uuid[])
     )
     select own.key from own where own.key is not null and not exists (
       select from inbox.message m
        where m.tenant_id = :tenant and m.thread_id <> all(:threads::uuid[]) and strpos(m.content::text, own.key) > 0)`,
    { tenant: tenantId, threads: [...threads] },
  )
  if (rows.length > 0 && store === undefined)
    throw new ParleyError('inbox.no-object-store', 'the files lie in an object store, and none runs')
  for (const { key } of rows) await store?.delete(tenantId, key)
  return rows.length
}
