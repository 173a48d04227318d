import type { Gate } from './gate.ts'
import type { TenantPlugins } from './tenant-plugins.ts'
import type { Tenants } from './tenants.ts'

/** Tenants read at once. */
const PAGE = 500

/** The active tenants that have a plugin: a cron job runs for each of them. */
export async function tenantsWithPlugin(
  pluginId: string,
  rooms: { tenants: Tenants; decisions: TenantPlugins; gate: Gate },
): Promise<readonly string[]> {
  const found: string[] = []
  let after: string | undefined
  for (;;) {
    const page = await rooms.tenants.list(after === undefined ? { limit: PAGE } : { after, limit: PAGE })
    const active = page.filter((tenant) => tenant.status === 'active').map((tenant) => tenant.id)
    await rooms.decisions.warm(active)
    for (const id of active) if (await rooms.gate(pluginId, id)) found.push(id)
    after = page.at(-1)?.id
    if (page.length < PAGE || after === undefined) return found
  }
}
