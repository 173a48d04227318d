import type { Knex } from 'knex'
import { ParleyError } from '../plugin/errors.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** What every policy compares with. After a transaction Postgres leaves an empty string, not NULL, hence `nullif`. */
export const currentTenant = `nullif(current_setting('app.tenant_id', true), '')::uuid`

/**
 * The statement that opens a tenant's rows until the transaction ends. SET takes no parameters, so the id is checked here.
 *
 * @throws ParleyError `tenant.invalid` for anything but a UUID
 */
export function tenantStatement(tenantId: string): string {
  if (typeof tenantId !== 'string' || !uuid.test(tenantId)) {
    throw new ParleyError(
      'tenant.invalid',
      `A tenant id is a UUID; a unit of work was asked for ${describe(tenantId)}.`,
    )
  }
  return `SET LOCAL app.tenant_id = '${tenantId}'`
}

/** Switches a running transaction to another tenant: for the engine, whose one transaction serves several in turn. */
export async function enterTenant(trx: Knex.Transaction, tenantId: string): Promise<void> {
  await trx.raw(tenantStatement(tenantId))
}

/** Closes all tenants' rows for the rest of the transaction. */
export async function leaveTenant(trx: Knex.Transaction): Promise<void> {
  await trx.raw(`SET LOCAL app.tenant_id = ''`)
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `a string of ${value.length} characters` : String(value)
}
