import type { PersonalData } from '../plugin/personal-data.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'

/** What belongs to no tenant lies there. */
export const INSTALLATION = '00000000-0000-0000-0000-000000000000'

/** What the plugins of this process keep about people, by plugin; filled when they are mounted. */
export type Holders = Map<string, PersonalData>

/**
 * Writes down who keeps people's data, so that a process which runs without one of them, or a plugin that is down, cannot
 * make an erasure look complete.
 */
export async function rememberHolders(database: Database, holders: Holders): Promise<void> {
  const plugins = [...holders.keys()].filter((plugin) => plugin !== KERNEL_ID)
  if (plugins.length === 0) return
  await database.transaction(INSTALLATION, async ({ trx, tenantId }) => {
    await trx('parley.privacy_holder')
      .insert(plugins.map((plugin) => ({ tenant_id: tenantId, plugin })))
      .onConflict(['tenant_id', 'plugin'])
      .ignore()
  })
}

/** All that ever kept any in this installation, the kernel last: it knows by what the others found. */
export async function knownHolders(database: Database): Promise<readonly string[]> {
  const rows = await database.transaction(INSTALLATION, ({ trx, tenantId }) =>
    trx('parley.privacy_holder').where({ tenant_id: tenantId }).orderBy('plugin').select('plugin'),
  )
  return [...rows.map(({ plugin }) => plugin), KERNEL_ID]
}
