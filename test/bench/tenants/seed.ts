import type { Kernel } from '../../../core/kernel/kernel.ts'
import { pluginId } from './plugins.ts'

/** Makes tenants, each with every plugin enabled and set up, and a key for each. */
export async function seed(kernel: Kernel, tenants: number, plugins: number): Promise<readonly string[]> {
  const keys: string[] = []
  for (let index = 0; index < tenants; index += 1) {
    const made = await kernel.tenants.create({ slug: `tenant-${index}`, name: `Tenant ${index}` })
    if (!made.ok) throw new Error(made.detail)
    const { id } = made.tenant
    const key = await kernel.database.transaction(id, async (uow) => {
      await uow.trx('parley.tenant_plugin').insert(
        Array.from({ length: plugins }, (_, plugin) => ({
          ...{ tenant_id: id, plugin: pluginId(plugin), enabled: true, updated_at: kernel.clock.now() },
          settings: JSON.stringify({ greeting: `Welcome to ${index}` }),
        })),
      )
      return (await kernel.apiKeys.create(uow, { name: 'bench', scopes: ['*'] })).key
    })
    keys.push(key)
  }
  await kernel.knex.raw('analyze parley.tenant').catch(ignoreRights)
  return keys
}

/** The application may not analyse; autovacuum does, sooner or later. */
function ignoreRights(error: Error): void {
  if (!/permission|must be/.test(error.message)) throw error
}
