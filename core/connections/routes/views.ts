import type { StoredConnection } from '../connection-row.ts'
import type { Endpoint } from '../endpoint-store.ts'

/** Field by field, so that nothing new is shown by accident. */
export function connectionView(connection: StoredConnection, origin: string) {
  const { provider, endpointId } = connection
  return {
    id: connection.id,
    provider,
    externalId: connection.externalId,
    name: connection.name,
    endpointId,
    webhookUrl: endpointId === null ? null : webhookUrl(origin, provider, endpointId),
    aliases: connection.aliases,
    settings: connection.settings,
    secretNames: Object.keys(connection.secrets).sort(),
    health: connection.health,
    healthDetail: connection.healthDetail || null,
    healthSince: connection.healthSince.toISOString(),
    createdAt: connection.createdAt.toISOString(),
    updatedAt: connection.updatedAt.toISOString(),
  }
}

export function endpointView(endpoint: Endpoint, origin: string) {
  return {
    id: endpoint.id,
    adapter: endpoint.adapter,
    url: webhookUrl(origin, endpoint.adapter, endpoint.id),
    enabled: endpoint.enabled,
    secretNames: Object.keys(endpoint.secrets).sort(),
  }
}

function webhookUrl(origin: string, adapter: string, endpointId: string): string {
  return `${origin}/hooks/${adapter}/${endpointId}`
}
