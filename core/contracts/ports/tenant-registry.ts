import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { NewTenant, Tenant, TenantPatch, TenantSearch } from '../../tenancy/tenants.ts'

export type { NewTenant, Tenant, TenantPatch, TenantSearch }

/** The tenants of the installation, for the plugins that register and that administer them. */
export interface TenantRegistry {
  /** In the caller's transaction, whichever tenant's that is. Throws `tenant.invalid` naming the field. */
  create(tenant: NewTenant, uow: UnitOfWork): Promise<Result<{ tenant: Tenant }, 'slug-taken'>>
  find(id: string): Promise<Tenant | undefined>
  /** In the order they were made. */
  search(wanted: TenantSearch): Promise<readonly Tenant[]>
  /** How many there are, by status and plan. */
  count(): Promise<readonly { readonly status: Tenant['status']; readonly plan: string; readonly tenants: number }[]>
  /** Changes the unit of work's own tenant. Throws `tenant.invalid` naming the field. */
  update(patch: TenantPatch, uow: UnitOfWork): Promise<void>
}

export const tenantRegistry = definePort<TenantRegistry>('tenant-registry')
