import { type Clock, type ConsentMeans, type ConsentWish, consentChanged, newId, type UnitOfWork } from '@parley/core'

/** Something somebody said, to be kept for one subject. */
export interface NewWish {
  readonly subject: string
  readonly contactId: string
  readonly channel: string
  readonly purpose: string
  readonly wish: ConsentWish
  readonly means: ConsentMeans
  readonly by: { readonly kind: string; readonly id: string }
  readonly proof?: string
  readonly eventId?: string
  readonly occurredAt: Date
}

/**
 * Adds to the history, and changes what counts where this was said later than what counted. Says so by an event where the
 * wish is another one now. Two round trips.
 *
 * @returns the ids of the changes, in order
 */
export async function recordWishes(
  uow: UnitOfWork,
  clock: Clock,
  wishes: readonly NewWish[],
): Promise<readonly string[]> {
  if (wishes.length === 0) return []
  const rows = wishes.map((wish) => ({ ...wish, id: newId() }))
  await writeHistory(uow, clock, rows)
  const changed = await writeStandings(uow, newest(rows))
  for (const { id, contactId, channel, purpose, wish, means, occurredAt } of rows)
    if (changed.has(id))
      uow.publish({
        type: consentChanged,
        key: contactId,
        data: { changeId: id, contactId, channel, purpose, wish, means, occurredAt: occurredAt.toISOString() },
      })
  return rows.map(({ id }) => id)
}

type Row = NewWish & { readonly id: string }

async function writeHistory(uow: UnitOfWork, clock: Clock, rows: readonly Row[]): Promise<void> {
  await uow.trx('consent.change').insert(
    rows.map((row) => ({
      tenant_id: uow.tenantId,
      id: row.id,
      subject: row.subject,
      contact_id: row.contactId,
      channel: row.channel,
      purpose: row.purpose,
      wish: row.wish,
      means: row.means,
      by_kind: row.by.kind,
      by_id: row.by.id,
      proof: row.proof ?? null,
      event_id: row.eventId ?? null,
      occurred_at: row.occurredAt,
      recorded_at: clock.now(),
    })),
  )
}

/** Of several about the same the one that was said last. */
function newest(rows: readonly Row[]): readonly Row[] {
  const byPlace = new Map<string, Row>()
  for (const row of rows) {
    const place = JSON.stringify([row.subject, row.channel, row.purpose])
    const known = byPlace.get(place)
    if (known === undefined || known.occurredAt <= row.occurredAt) byPlace.set(place, row)
  }
  return [...byPlace.values()]
}

/** @returns ids of the changes after which another wish counts. Rows are locked in one order. */
async function writeStandings(uow: UnitOfWork, rows: readonly Row[]): Promise<ReadonlySet<string>> {
  const { rows: written } = await uow.trx.raw<{ rows: { id: string; was: string | null; wish: string }[] }>(
    `with w as (
       select * from json_to_recordset(:rows::json) as w(
         id uuid, subject text, "contactId" uuid, channel text, purpose text, wish text, means text, "occurredAt" timestamptz)
     ), before as (
       select s.subject, s.channel, s.purpose, s.wish from consent.standing s
       join w on w.subject = s.subject and w.channel = s.channel and w.purpose = s.purpose
       where s.tenant_id = :tenant order by s.subject, s.channel, s.purpose for update of s
     ), written as (
       insert into consent.standing as s
         (tenant_id, subject, contact_id, channel, purpose, wish, means, change_id, changed_at)
       select :tenant::uuid, subject, "contactId", channel, purpose, wish, means, id, "occurredAt"
       from w order by subject, channel, purpose
       on conflict (tenant_id, subject, channel, purpose) do update set
         contact_id = excluded.contact_id, wish = excluded.wish, means = excluded.means,
         change_id = excluded.change_id, changed_at = excluded.changed_at
       where s.changed_at <= excluded.changed_at
       returning s.change_id, s.subject, s.channel, s.purpose, s.wish
     )
     select t.change_id as id, t.wish, b.wish as was from written t
     left join before b on b.subject = t.subject and b.channel = t.channel and b.purpose = t.purpose`,
    { tenant: uow.tenantId, rows: JSON.stringify(rows) },
  )
  return new Set(written.flatMap(({ id, was, wish }) => (was === wish ? [] : [id])))
}
