import Joi from 'joi'
import type { Knex } from 'knex'
import { ApiKeys } from '../access/api-keys.ts'
import { accessSettings } from '../access/settings.ts'
import { AuditLog, AuditReader, AuditVerifier } from '../audit/index.ts'
import type { KernelSettings } from '../config/settings.ts'
import { ConnectionStore } from '../connections/connection-store.ts'
import { connectionSettings } from '../connections/settings.ts'
import { objectStore } from '../contracts/ports/object-store.ts'
import { secretsSource } from '../contracts/ports/secrets-source.ts'
import { TransactionRunner } from '../data/index.ts'
import { EventEngine, EventRegistry, eventSettings } from '../events/index.ts'
import { openFlags } from '../flags/open-flags.ts'
import { Egress } from '../http/egress.ts'
import { JobRunner } from '../jobs/job-runner.ts'
import { PeerStore, Peers, peerSettings } from '../peers/index.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { openPrivacy, privacySettings } from '../privacy/index.ts'
import { KeyRotation } from '../provider-keys/key-rotation.ts'
import { ProviderKeyStore } from '../provider-keys/provider-key-store.ts'
import { providerKeySettings } from '../provider-keys/settings.ts'
import { HmacTokens, openKeys } from '../secrets/index.ts'
import { environmentSource, fileSource } from '../secrets/sources/built-in.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { Enablement } from '../tenancy/enablement.ts'
import { createGate, type Gate, KERNEL_ID } from '../tenancy/gate.ts'
import { ProviderChoice } from '../tenancy/provider-choice.ts'
import { SettingLayers } from '../tenancy/setting-layers.ts'
import { PluginTenantSettings } from '../tenancy/settings.ts'
import { TenantPlugins } from '../tenancy/tenant-plugins.ts'
import { Tenants } from '../tenancy/tenants.ts'
import { tenantsWithPlugin } from '../tenancy/tenants-with-plugin.ts'
import { ProviderRegistry } from './providers.ts'
import { Quarantine } from './quarantine.ts'
import type { PluginRecord } from './record.ts'

export interface RoomsOptions {
  readonly settings: KernelSettings
  readonly knex: Knex
  /** For what caches read; see {@link Storage.lookups}. */
  readonly lookups: Knex
  readonly clock: Clock
  readonly log: Logger
  readonly telemetry: Telemetry
  /** Found by plugin id; asked each time, as records come into being after the rooms. */
  readonly record: (pluginId: string) => PluginRecord | undefined
  readonly records: readonly PluginRecord[]
}

/** The kernel's rooms, wired over one pool. Nothing runs yet. */
export type Rooms = Awaited<ReturnType<typeof openRooms>>

export async function openRooms(options: RoomsOptions) {
  const { knex, lookups, clock, log, settings, record, records, telemetry } = options
  const keys = await openKeys({
    ...{ setting: settings.keys, home: settings.home, settings: settings.secrets },
    ...{ knex, clock, log },
  })
  const { ring } = keys
  const decisions = new TenantPlugins({ knex: lookups, clock, cacheMs: settings.tenantCacheMs })
  const running = (pluginId: string) => pluginId === KERNEL_ID || record(pluginId)?.state === 'started'
  // Of an adapter's calls a vendor is the other end.
  const dress = (id: string, port: string, value: unknown) =>
    record(id)?.package?.kind === 'adapter' ? telemetry.provider(id, port, value) : value
  // A process that runs all there is has nobody to ask.
  const peers =
    settings.plugins === undefined
      ? undefined
      : new Peers({
          ...{ store: new PeerStore(knex), ring, clock, log },
          settings: Joi.attempt(settings.peers, peerSettings),
        })
  const providers = new ProviderRegistry(running, dress, peers)
  const sources = { environment: environmentSource(settings.environment), file: fileSource() }
  for (const [key, value] of Object.entries(sources)) providers.add(KERNEL_ID, { port: secretsSource, key, value })
  const tenants = new Tenants({ knex: lookups, clock, changed: (tenantId) => decisions.forget(tenantId) })
  const flagRoom = openFlags({ knex, clock, log, tenants, providers, records, settings: settings.flags })
  const gate: Gate = createGate({
    flags: flagRoom.flags,
    flagOf: (pluginId) => record(pluginId)?.plugin?.manifest.flag,
    tenants: decisions,
    started: running,
    enabledByDefault: (pluginId) => record(pluginId)?.enabledByDefault ?? false,
  })
  const registry = new EventRegistry()
  const engine = new EventEngine({
    ...{ knex, clock, registry, log, gate, tracing: telemetry.tracing },
    settings: eventSettings(settings.events),
  })
  const database = new TransactionRunner({ knex, events: engine })
  const auditLog = new AuditLog({ clock })
  const layers = new SettingLayers({
    database: new TransactionRunner({ knex: lookups, events: engine }),
    clock,
    cacheMs: settings.tenantCacheMs,
  })
  const settingsFor = settingsByPlugin((pluginId) => {
    const { tenant: schema, personal = [] } = record(pluginId)?.plugin?.manifest.settings ?? {}
    return new PluginTenantSettings({
      ...{ pluginId, schema, personal, tenants: decisions, database, clock, layers },
      audit: auditLog,
    })
  })
  const jobs = new JobRunner({
    ...{ knex, database, clock, log, gate },
    tracing: telemetry.tracing,
    settings: settings.jobs,
    tenantsOf: (pluginId) => tenantsWithPlugin(pluginId, { tenants, decisions, gate }),
  })
  const providerKeyStore = new ProviderKeyStore({ ring, clock })
  const keyRooms = { database, tenants, audit: auditLog }
  const resealing = keys.resealing(keyRooms, jobs.forPlugin(KERNEL_ID))
  const privacy = openPrivacy({
    ...{ database, engine, clock, log, ring, audit: auditLog, jobs: jobs.forPlugin(KERNEL_ID) },
    objects: () => providers.running(objectStore),
    settings: Joi.attempt(settings.privacy, privacySettings),
  })
  jobs.add(KERNEL_ID, [...resealing.jobs, ...privacy.runs])
  return {
    ...flagRoom,
    gate,
    registry,
    engine,
    database,
    tenants,
    decisions,
    providers,
    peers,
    settingsFor,
    secrets: ring,
    tokens: new HmacTokens(ring, clock),
    connections: new ConnectionStore({
      ...{ knex: lookups, ring, clock },
      settings: Joi.attempt(settings.connections, connectionSettings),
    }),
    apiKeys: new ApiKeys({ knex, clock, settings: Joi.attempt(settings.access, accessSettings) }),
    audit: {
      log: auditLog,
      reader: new AuditReader({ database }),
      verifier: new AuditVerifier({ knex }),
    },
    egress: telemetry.provider('kernel', 'egress', new Egress(settings.egress)),
    enablement: new Enablement({ database, tenants: decisions, clock, audit: auditLog }),
    choice: new ProviderChoice({ providers, gate, database, clock, audit: auditLog }),
    quarantine: new Quarantine({ knex, clock, settings: settings.quarantine }),
    jobs,
    privacy,
    providerKeys: {
      store: providerKeyStore,
      rotation: new KeyRotation({
        ...{ database, clock, store: providerKeyStore },
        settings: Joi.attempt(settings.providerKeys, providerKeySettings),
      }),
    },
    keys: { follower: keys.follower, admin: keys.admin(keyRooms), resealing },
  }
}

/** One for each plugin, made when it is first asked for: by then the plugin's schema is known. */
function settingsByPlugin(
  make: (pluginId: string) => PluginTenantSettings,
): (pluginId: string) => PluginTenantSettings {
  const made = new Map<string, PluginTenantSettings>()
  return (pluginId) => {
    const known = made.get(pluginId) ?? make(pluginId)
    made.set(pluginId, known)
    return known
  }
}
