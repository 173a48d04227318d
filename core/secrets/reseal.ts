import { ParleyError } from '../plugin/errors.ts'
import type { UnitOfWork } from '../plugin/unit-of-work.ts'
import type { KeyRing } from './key-ring.ts'
import { contextOf, knownColumns, type OwnedColumn } from './sealed-columns.ts'

/** Where the next batch of a tenant begins: behind this row of this column. */
export interface ResealPlace {
  readonly table: string
  readonly column: string
  readonly after: string | null
}

export interface ResealBatch {
  readonly resealed: number
  /** Values that no key of the ring opens; they stay as they are. */
  readonly unreadable: number
  /** Absent once everything of the tenant was looked at. */
  readonly next?: ResealPlace
}

interface Row {
  readonly id: string
  readonly value: string
}

/** Seals at most `limit` values of the unit of work's tenant under the ring's first key, from `from` on. */
export async function resealBatch(
  uow: UnitOfWork,
  ring: KeyRing,
  limit: number,
  from?: ResealPlace,
): Promise<ResealBatch> {
  let [resealed, unreadable, room] = [0, 0, limit]
  for (const column of remaining(await knownColumns(uow), from)) {
    const after = from !== undefined && isSame(column, from) ? from.after : null
    const rows = await stale(uow, ring, column, after, room)
    for (const row of rows) {
      const fresh = freshOf(ring, column, uow.tenantId, row)
      if (fresh === undefined) unreadable += 1
      else resealed += await replace(uow, column, row, fresh)
    }
    room -= rows.length
    const last = rows.at(-1)
    if (room === 0 && last !== undefined) {
      return { resealed, unreadable, next: { table: column.table, column: column.column, after: last.id } }
    }
  }
  return { resealed, unreadable }
}

/** How many values of the tenant are still under a key. */
export async function countUnder(uow: UnitOfWork, keyId: string): Promise<number> {
  let count = 0
  for (const { table, column } of await knownColumns(uow)) {
    const [row] = await uow
      .trx(table)
      .where('tenant_id', uow.tenantId)
      .whereRaw('starts_with(??, ?)', [column, prefixOf(keyId)])
      .count('* as rows')
    count += Number(row?.rows ?? 0)
  }
  return count
}

function remaining(columns: readonly OwnedColumn[], from: ResealPlace | undefined): readonly OwnedColumn[] {
  const start = from === undefined ? 0 : columns.findIndex((column) => isSame(column, from))
  return columns.slice(Math.max(0, start))
}

function isSame(column: OwnedColumn, place: ResealPlace): boolean {
  return column.table === place.table && column.column === place.column
}

function stale(
  { trx, tenantId }: UnitOfWork,
  ring: KeyRing,
  { table, column }: OwnedColumn,
  after: string | null,
  limit: number,
): Promise<readonly Row[]> {
  const query = trx(table)
    .where('tenant_id', tenantId)
    .whereNotNull(column)
    .whereRaw('not starts_with(??, ?)', [column, prefixOf(ring.currentKeyId)])
    .orderBy('id')
    .limit(limit)
    .select('id', trx.ref(column).as('value'))
  return after === null ? query : query.where('id', '>', after)
}

/** `undefined` when no key opens it: lost long ago, or tampered with. That is not this job's to mend. */
function freshOf(ring: KeyRing, column: OwnedColumn, tenantId: string, row: Row): string | undefined {
  try {
    return ring.reseal(row.value, contextOf(column, tenantId, row.id)).value
  } catch (error) {
    if (error instanceof ParleyError && UNREADABLE.has(error.code)) return undefined
    throw error
  }
}

const UNREADABLE: ReadonlySet<string> = new Set(['secrets.unknown-key', 'secrets.tampered', 'secrets.malformed'])

/** Only what is still as it was read: who changed it meanwhile sealed it with the new key. */
async function replace(uow: UnitOfWork, { table, column }: OwnedColumn, row: Row, fresh: string): Promise<number> {
  return uow
    .trx(table)
    .where({ tenant_id: uow.tenantId, id: row.id, [column]: row.value })
    .update({ [column]: fresh })
}

/** How every value under a key begins. */
function prefixOf(keyId: string): string {
  return `v1.${keyId}.`
}
