import type { Connection, ConnectionHealth, NewConnection } from '../contracts/ports/connections.ts'
import { newId } from '../plugin/new-id.ts'
import { withHidden } from '../secrets/hidden.ts'
import type { KeyRing, SealContext } from '../secrets/key-ring.ts'

/** A row of `parley.connection`, as pg gives it. */
export interface ConnectionRow {
  readonly id: string
  readonly tenant_id: string
  readonly provider: string
  readonly external_id: string
  readonly endpoint_id: string | null
  readonly aliases: readonly string[]
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: string
  readonly health: ConnectionHealth
  readonly health_detail: string | null
  /** Null for rows from before it was kept that have not changed since. */
  readonly health_since: Date | null
  readonly created_at: Date
  readonly updated_at: Date
  readonly removed_at: Date | null
}

/** What the kernel knows of a connection beyond the contract. */
export interface StoredConnection extends Connection {
  readonly endpointId: string | null
  readonly aliases: readonly string[]
  readonly healthSince: Date
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Opens the sealed secrets. They hang on the object where no serializer meets them. */
export function connectionOf(row: ConnectionRow, ring: KeyRing): StoredConnection {
  const visible = {
    id: row.id,
    tenantId: row.tenant_id,
    provider: row.provider,
    externalId: row.external_id,
    endpointId: row.endpoint_id,
    aliases: row.aliases,
    name: row.name,
    settings: row.settings,
    health: row.health,
    ...(row.health_detail === null ? {} : { healthDetail: row.health_detail }),
    healthSince: row.health_since ?? row.created_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
  return withHidden(visible, 'secrets', openSecrets(ring, row.secrets, connectionContext(row.tenant_id, row.id)))
}

/** The row of a connection that is about to be. */
export function newRow(tenantId: string, connection: NewConnection, ring: KeyRing, now: Date): ConnectionRow {
  const id = newId()
  const { provider, externalId, name, settings = {}, secrets = {}, endpointId = null, aliases = [] } = connection
  return {
    tenant_id: tenantId,
    id,
    provider,
    external_id: externalId,
    endpoint_id: endpointId,
    aliases,
    name,
    settings,
    secrets: sealSecrets(ring, secrets, connectionContext(tenantId, id)),
    health: 'ok',
    health_detail: null,
    health_since: now,
    created_at: now,
    updated_at: now,
    removed_at: null,
  }
}

export function connectionContext(tenantId: string, id: string): SealContext {
  return { tenantId, purpose: 'connection.secrets', id }
}

export function endpointContext(tenantId: string, id: string): SealContext {
  return { tenantId, purpose: 'endpoint.secrets', id }
}

export function sealSecrets(ring: KeyRing, secrets: Readonly<Record<string, string>>, context: SealContext): string {
  return ring.seal(JSON.stringify(secrets), context)
}

/** Throws `secrets.tampered`, `secrets.unknown-key`. Nothing but what `sealSecrets` wrote opens, so its shape is known. */
export function openSecrets(ring: KeyRing, sealed: string, context: SealContext): Readonly<Record<string, string>> {
  return Object.freeze(JSON.parse(ring.open(sealed, context)) as Record<string, string>)
}

/** Takes every secret out of a text that a vendor wrote, such as an error that repeats the token it refused. */
export function maskSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  let masked = text
  for (const secret of Object.values(secrets)) if (secret.length >= 4) masked = masked.replaceAll(secret, '[masked]')
  return masked
}
