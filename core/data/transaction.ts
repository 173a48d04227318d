import type { Knex } from 'knex'
import type { TenantTransactionConfig } from './postgres-client.ts'
import { asUnavailable } from './unavailable.ts'

/** How this transaction's limits differ from the pool's. */
export type TransactionLimits = Pick<TenantTransactionConfig, 'statementTimeoutMs'>

/**
 * A transaction that sees no tenant's rows, for the kernel's own tables and for the event engine, which enters tenants
 * one after another with `enterTenant`. Commits when `work` is done, rolls back when it throws.
 *
 * @throws UnavailableError when the database is; whatever `work` throws
 */
export function withTransaction<T>(
  knex: Knex,
  work: (trx: Knex.Transaction) => Promise<T>,
  limits: TransactionLimits = {},
): Promise<T> {
  return begin(knex, limits, work)
}

/** The same for one tenant; its id travels with BEGIN. @throws ParleyError `tenant.invalid` */
export function withTenant<T>(
  knex: Knex,
  tenantId: string,
  work: (trx: Knex.Transaction) => Promise<T>,
  limits: TransactionLimits = {},
): Promise<T> {
  return begin(knex, { ...limits, tenantId }, work)
}

async function begin<T>(
  knex: Knex,
  config: TenantTransactionConfig,
  work: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await knex.transaction(work, config as Knex.TransactionConfig)
  } catch (error) {
    throw asUnavailable(error)
  }
}
