import { hashOf } from './prepare-event.ts'
import type { EventRegistry } from './registry.ts'
import type { AdminStore } from './store/admin-store.ts'

/**
 * Blanks what the event types declare as personal or identifying, in every event of one tenant under some partition keys. The
 * events stay, so that counts and cursors hold; their personal fields become null.
 */
export function erasePersonal(
  admin: AdminStore,
  registry: EventRegistry,
  tenantId: string,
  partitionKeys: readonly string[],
): Promise<number> {
  const types = registry
    .all()
    .map(({ identifying = [], personal, ...type }) => ({ ...type, personal: [...personal, ...identifying] }))
    .filter((type) => type.personal.length > 0)
    .map(({ type, topic, personal }) => ({
      y: type,
      t: topic,
      f: personal.map((path) => path.split('.')),
    }))
  return admin.erase(tenantId, partitionKeys, partitionKeys.map(hashOf), types)
}
