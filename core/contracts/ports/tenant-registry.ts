import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { NewTenant, Tenant } from '../../tenancy/tenants.ts'

export type { NewTenant, Tenant }

/** The tenants of the installation, for the plugin that registers new ones. */
export interface TenantRegistry {
  /** In the caller's transaction, whichever tenant's that is. Throws `tenant.invalid` naming the field. */
  create(tenant: NewTenant, uow: UnitOfWork): Promise<Result<{ tenant: Tenant }, 'slug-taken'>>
  find(id: string): Promise<Tenant | undefined>
  /** Changes the unit of work's own tenant. */
  update(patch: Partial<Pick<Tenant, 'name' | 'timeZone'>>, uow: UnitOfWork): Promise<void>
}

export const tenantRegistry = definePort<TenantRegistry>('tenant-registry')
