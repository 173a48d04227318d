import type { SealedColumn } from '../plugin/plugin.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import type { SealContext } from './key-ring.ts'
import { INSTALLATION } from './ring-key-store.ts'

/** A column that holds sealed values, and whose. */
export interface OwnedColumn extends SealedColumn {
  /** A plugin's id, or the kernel's. */
  readonly owner: string
}

/** The kernel's own. */
export const KERNEL_COLUMNS: readonly SealedColumn[] = [
  { table: 'parley.connection', column: 'secrets', purpose: 'connection.secrets' },
  { table: 'parley.endpoint', column: 'secrets', purpose: 'endpoint.secrets' },
  { table: 'parley.privacy_request', column: 'traces', purpose: 'privacy_request.traces' },
  { table: 'parley.provider_key', column: 'secret', purpose: 'provider_key.secret' },
]

/**
 * Writes down which columns hold sealed values, so that every process can seal them anew, also one that runs without the
 * plugin they belong to, and so that no key is taken away while a plugin that is off still needs it.
 */
export async function rememberColumns(database: Database, columns: readonly OwnedColumn[]): Promise<void> {
  if (columns.length === 0) return
  await database.transaction(INSTALLATION, async (uow) => {
    await uow
      .trx('parley.sealed_column')
      .insert(
        columns.map(({ owner, table, column, purpose }) => ({
          ...{ tenant_id: uow.tenantId, owner, table_name: table, column_name: column, purpose },
        })),
      )
      .onConflict(['tenant_id', 'table_name', 'column_name'])
      .merge(['owner', 'purpose'])
  })
}

/** All that were ever written down and are still there (a plugin's tables may have been taken away), in a fixed order. */
export async function knownColumns({ trx }: Pick<UnitOfWork, 'trx'>): Promise<readonly OwnedColumn[]> {
  const { rows } = await trx.raw<{
    rows: readonly { owner: string; table_name: string; column_name: string; purpose: string }[]
  }>('select c.* from parley.sealed_columns() c where to_regclass(c.table_name) is not null')
  return rows.map(({ owner, table_name, column_name, purpose }) => ({
    ...{ owner, table: table_name, column: column_name, purpose },
  }))
}

/** What a value of the column was sealed for. A plugin's purposes carry its id, as its `sealer` puts it there. */
export function contextOf({ owner, purpose }: OwnedColumn, tenantId: string, id: string): SealContext {
  return { tenantId, purpose: owner === KERNEL_ID ? purpose : `${owner}:${purpose}`, id }
}
