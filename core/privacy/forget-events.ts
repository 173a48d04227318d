import { hashOf, partitionKey } from '../events/prepare-event.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'

export interface KeptEvent {
  readonly id: string
  readonly type: string
  readonly ts: Date
  readonly data: unknown
  /** Of an event that came from outside: the id of the raw call it was made from. */
  readonly correlationid: string | null
}

/** The tenant's events under these keys, oldest first. */
export async function eventsOf({ trx, tenantId }: UnitOfWork, keys: readonly string[]): Promise<readonly KeptEvent[]> {
  const full = keys.map((key) => partitionKey(tenantId, key))
  const { rows } = await trx.raw<{ rows: KeptEvent[] }>('select * from parley.log_of(?, ?, ?)', [
    ...[tenantId, full],
    full.map(hashOf),
  ])
  return rows
}

/** Consumer groups that have yet to handle one of the events under these keys. */
export async function groupsBehind({ trx, tenantId }: UnitOfWork, keys: readonly string[]): Promise<readonly string[]> {
  const { rows } = await trx.raw<{ rows: { grp: string }[] }>('select grp from parley.groups_behind(?, ?) as grp', [
    tenantId,
    keys.map((key) => partitionKey(tenantId, key)),
  ])
  return rows.map(({ grp }) => grp)
}

/** Gives keys that name a person names of nobody. @returns how many events had one */
export async function forgetKeys({ trx, tenantId }: UnitOfWork, keys: readonly string[]): Promise<number> {
  let count = 0
  for (const key of keys) {
    const old = partitionKey(tenantId, key)
    const { rows } = await trx.raw<{ rows: [{ count: number }] }>('select parley.log_forget_key(?, ?, ?, ?) as count', [
      tenantId,
      old,
      hashOf(old),
      partitionKey(tenantId, `erased:${crypto.randomUUID()}`),
    ])
    count += rows[0].count
  }
  return count
}

export interface WantedCalls {
  readonly ids: readonly string[]
  readonly needles: readonly string[]
  readonly batch: number
}

/** Blanks raw webhook calls that the events came from, or that name the person. @returns how many */
export async function blankWebhooks(
  { trx, tenantId }: UnitOfWork,
  { ids, needles, batch }: WantedCalls,
): Promise<number> {
  const accounts = await trx('parley.connection').where({ tenant_id: tenantId }).select('external_id', 'aliases')
  const names = accounts.flatMap(({ external_id, aliases }) => [external_id, ...aliases])
  let count = 0
  let after: string | null = null
  do {
    const { rows }: { rows: { last: string | null; blanked: number }[] } = await trx.raw(
      'select * from parley.webhook_blank(?, ?::uuid[], ?::text[], ?::text[], ?::uuid, ?)',
      [tenantId, [...new Set(ids)], [...needles], names, after, batch] as never,
    )
    after = rows[0]?.last ?? null
    count += rows[0]?.blanked ?? 0
  } while (after !== null)
  return count
}
