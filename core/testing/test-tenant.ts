import type { Kernel } from '../kernel/kernel.ts'

export interface TestTenant {
  readonly id: string
  readonly slug: string
  readonly apiKey: string
}

/** The tenant of that name, made when it is not there, with a new key. */
export async function testTenant(kernel: Kernel, slug: string, scopes: readonly string[] = ['*']): Promise<TestTenant> {
  await kernel.tenants.create({ slug, name: slug })
  const tenant = await kernel.tenants.findBySlug(slug)
  if (tenant === undefined) throw new Error(`the tenant ${slug} is neither made nor found`)
  const { key } = await kernel.database.transaction(tenant.id, (uow) =>
    kernel.apiKeys.create(uow, { name: 'test', scopes, mode: 'test' }),
  )
  return { id: tenant.id, slug, apiKey: key }
}
