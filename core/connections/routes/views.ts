import type { StoredConnection } from '../connection-row.ts'
import type { Endpoint } from '../endpoint-store.ts'

/** Field by field, so that nothing new is shown by accident. */
export function connectionView(connection: StoredConnection) {
  return {
    id: connection.id,
    provider: connection.provider,
    externalId: connection.externalId,
    name: connection.name,
    endpointId: connection.endpointId,
    aliases: connection.aliases,
    settings: connection.settings,
    secretNames: Object.keys(connection.secrets).sort(),
    health: connection.health,
    healthDetail: connection.healthDetail ?? null,
    createdAt: connection.createdAt.toISOString(),
    updatedAt: connection.updatedAt.toISOString(),
  }
}

export function endpointView(endpoint: Endpoint, origin: string) {
  return {
    id: endpoint.id,
    adapter: endpoint.adapter,
    url: `${origin}/hooks/${endpoint.adapter}/${endpoint.id}`,
    enabled: endpoint.enabled,
    secretNames: Object.keys(endpoint.secrets).sort(),
  }
}
