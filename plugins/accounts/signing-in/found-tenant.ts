import { randomBytes } from 'node:crypto'
import { type Clock, ParleyError, type TenantRegistry, type UnitOfWork } from '@parley/core'
import { slugOf } from '../domain/slug.ts'

export interface NewBusiness {
  readonly name: string
  readonly region?: string
  readonly currency?: string
  readonly timeZone?: string
}

/** With four random bytes behind it a name is as good as never taken twice. */
const TRIES = 3

/** The tenant of a new business, with its founder as owner, in the caller's platform transaction. */
export async function foundTenant(
  uow: UnitOfWork,
  { tenants, clock }: { readonly tenants: TenantRegistry; readonly clock: Clock },
  business: NewBusiness,
  founderId: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const plain = slugOf(business.name)
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const slug = attempt === 0 ? plain : `${plain}-${randomBytes(4).toString('hex')}`
    const made = await tenants.create({ ...business, slug }, uow)
    if (!made.ok) continue
    await uow.trx.raw('select accounts.found_tenant(?, ?, ?)', [made.tenant.id, founderId, clock.now()])
    return made.tenant
  }
  throw new ParleyError('accounts.no-slug', `No free short name was found for a new tenant in ${TRIES} tries.`)
}
