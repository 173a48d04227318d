import { type Audit, audit as auditPort } from '../contracts/ports/audit.ts'
import type { Connections } from '../contracts/ports/connections.ts'
import { connections as connectionsPort } from '../contracts/ports/connections.ts'
import { type FeatureFlags, featureFlags } from '../contracts/ports/feature-flags.ts'
import { type FlagAdmin, flagAdmin } from '../contracts/ports/flag-admin.ts'
import { ingress as ingressPort } from '../contracts/ports/ingress.ts'
import { type Platform, platform as platformPort } from '../contracts/ports/platform.ts'
import { type ProviderKeys, providerKeys as providerKeysPort } from '../contracts/ports/provider-keys.ts'
import { type ProviderSelection, providerSelection } from '../contracts/ports/provider-selection.ts'
import * as ports from '../contracts/ports/services.ts'
import { type TenantRegistry, tenantRegistry } from '../contracts/ports/tenant-registry.ts'
import type { TransactionRunner } from '../data/index.ts'
import type { IngestBatch } from '../http/intake/seams.ts'
import type { JobQueue } from '../plugin/job.ts'
import type { LivePublisher } from '../plugin/live.ts'
import { type Port, portName } from '../plugin/port.ts'
import type {
  Clock,
  EventTail,
  Logger,
  PermissionCatalog,
  Sealer,
  SigningKeys,
  TenantSettings,
  TokenSigner,
  UserSettings,
} from '../plugin/services.ts'
import type { KernelPorts } from './container.ts'

/** What the kernel's rooms offer to plugins. */
export interface KernelServices {
  readonly database: TransactionRunner
  readonly clock: Clock
  readonly log: Logger
  readonly live: LivePublisher
  readonly events: EventTail & { ingest(batch: IngestBatch): Promise<readonly ('stored' | 'duplicate')[]> }
  readonly tokens: TokenSigner
  readonly connections: Connections
  readonly tenants: TenantRegistry
  readonly permissions: PermissionCatalog
  readonly flags: FeatureFlags
  readonly flagAdmin: FlagAdmin
  readonly audit: Audit
  readonly selection: ProviderSelection
  readonly providerKeys: ProviderKeys
  platform(): Platform
  sealerFor(pluginId: string): Sealer
  signingKeysFor(pluginId: string): SigningKeys
  jobsFor(pluginId: string): JobQueue
  settingsFor(pluginId: string): TenantSettings & UserSettings
  /** `/plugins/inbox`, `/adapters/whatsapp`: the source of what it publishes. */
  sourceOf(pluginId: string): string
}

/** Names of the kernel's own ports, for drawing the graph without a kernel. */
export const kernelPortNames: ReadonlySet<string> = new Set(
  [
    ...Object.values(ports),
    auditPort,
    platformPort,
    providerKeysPort,
    providerSelection,
    connectionsPort,
    ingressPort,
    tenantRegistry,
    featureFlags,
    flagAdmin,
  ].map((port) => portName(port)),
)

/** The kernel's own ports. What has an owner (log lines, jobs, settings, events) is bound to the plugin that asks. */
export function kernelPorts(services: KernelServices): KernelPorts {
  const entry = <T>(port: Port<T>, make: (pluginId: string) => T) => [portName(port), make] as const
  return new Map<string, (pluginId: string) => unknown>([
    entry(ports.database, (id) => services.database.as(services.sourceOf(id))),
    entry(ports.clock, () => services.clock),
    entry(ports.logger, (id) => services.log.child({ plugin: id })),
    entry(ports.jobs, (id) => services.jobsFor(id)),
    entry(ports.live, () => services.live),
    entry(ports.eventTail, () => services.events),
    entry(ports.tenantSettings, (id) => services.settingsFor(id)),
    entry(ports.userSettings, (id) => services.settingsFor(id)),
    entry(ports.tokens, () => services.tokens),
    entry(ports.sealer, (id) => services.sealerFor(id)),
    entry(ports.signingKeys, (id) => services.signingKeysFor(id)),
    entry(ports.permissionCatalog, () => services.permissions),
    entry(auditPort, () => services.audit),
    entry(platformPort, () => services.platform()),
    entry(providerKeysPort, () => services.providerKeys),
    entry(providerSelection, () => services.selection),
    entry(featureFlags, () => services.flags),
    entry(flagAdmin, () => services.flagAdmin),
    entry(tenantRegistry, () => services.tenants),
    entry(connectionsPort, () => services.connections),
    entry(ingressPort, (id) => ({
      ingest: (items) =>
        services.events.ingest({ items: items.map((item) => ({ ...item, source: services.sourceOf(id) })) }),
    })),
  ])
}
