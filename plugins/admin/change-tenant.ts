import {
  type AuditActor,
  ParleyError,
  type Refusal,
  type Result,
  refuse,
  type Tenant,
  type TenantPatch,
} from '@parley/core'
import type { Parts } from './context.ts'

export type ChangeRefusal = 'not-found' | 'closed' | 'invalid'

/** What is done, as the audit log says it. */
export type TenantAction = 'tenant.changed' | 'tenant.suspended' | 'tenant.resumed'

export interface TenantChange {
  readonly action: TenantAction
  readonly patch: TenantPatch
  readonly by: AuditActor
  readonly reason?: string
}

/** Changes one tenant, in a transaction of its own, and writes it into the tenant's audit log and the platform's. */
export async function changeTenant(
  { tenants, database, audit }: Parts,
  id: string,
  { action, patch, by, reason }: TenantChange,
): Promise<Result<{ readonly tenant: Tenant }, ChangeRefusal>> {
  const before = await tenants.find(id)
  if (before === undefined) return refuse('not-found', `There is no tenant ${id}.`)
  if (before.status === 'closed') return refuse('closed', `The tenant ${before.slug} is closed.`)
  const refused = await unlessInvalid<void>(() =>
    database.transaction(id, async (uow) => {
      await tenants.update(patch, uow)
      await audit.record(uow, {
        ...{ action, actor: by, chain: 'both', target: { kind: 'tenant', id } },
        ...{ before: only(before, patch), after: patch, ...(reason === undefined ? {} : { reason }) },
      })
    }),
  )
  if (refused !== undefined) return refused
  const tenant = await tenants.find(id)
  return tenant === undefined ? refuse('not-found', `There is no tenant ${id}.`) : { ok: true, tenant }
}

/** What does not fit a tenant (a time zone that nobody knows) is the caller's to mend. */
export async function unlessInvalid<T>(work: () => Promise<T>): Promise<T | Refusal<'invalid'>> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code !== 'tenant.invalid') throw error
    return refuse('invalid', error.message)
  }
}

/** A suspended tenant's API answers 403; what vendors and customers send is still taken in. */
export function suspension(reason: string, by: AuditActor): TenantChange {
  return { action: 'tenant.suspended', patch: { status: 'suspended', statusReason: reason }, by, reason }
}

export function resumption(by: AuditActor): TenantChange {
  return { action: 'tenant.resumed', patch: { status: 'active', statusReason: '' }, by }
}

function only(tenant: Tenant, patch: TenantPatch): Partial<Tenant> {
  return Object.fromEntries(Object.entries(tenant).filter(([field]) => field in patch))
}
