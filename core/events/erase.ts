import { hashOf } from './prepare-event.ts'
import type { EventRegistry } from './registry.ts'
import type { AdminStore } from './store/admin-store.ts'

/**
 * Blanks what the event types declare as personal, in every event of one tenant under one partition key. The events
 * stay, so that counts and cursors hold; their personal fields become null.
 */
export function erasePersonal(
  admin: AdminStore,
  registry: EventRegistry,
  tenantId: string,
  partitionKey: string,
): Promise<number> {
  const types = registry
    .all()
    .filter((type) => type.personal.length > 0)
    .map(({ type, topic, personal }) => ({
      y: type,
      t: topic,
      h: hashOf(partitionKey),
      f: personal.map((path) => path.split('.')),
    }))
  return admin.erase(tenantId, partitionKey, types)
}
