import type { KernelSettings } from '../config/settings.ts'
import type { EventType } from '../plugin/event.ts'
import type { PermissionDefinition } from '../plugin/plugin.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { rememberHolders } from '../privacy/index.ts'
import { KERNEL_COLUMNS, type OwnedColumn, rememberColumns, sealerOf, signingKeysOf } from '../secrets/index.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import { Taken } from './contributions.ts'
import { kernelPorts } from './kernel-ports.ts'
import { Lifecycle } from './lifecycle.ts'
import { mountContributions } from './mount.ts'
import { PlatformControl } from './platform-control.ts'
import { PluginAdmin } from './plugin-admin.ts'
import { kernelEvents } from './published.ts'
import type { PluginRecord } from './record.ts'
import { BootReport } from './report.ts'
import type { Rooms } from './rooms.ts'
import { kernelPermissions, kernelRoutes } from './routes/index.ts'
import type { Storage } from './storage.ts'
import type { Supervisor } from './supervise.ts'
import type { Web } from './web.ts'

export interface PluginBoot {
  readonly settings: KernelSettings
  readonly records: readonly PluginRecord[]
  readonly storage: Storage
  readonly rooms: Rooms
  readonly web: Web
  readonly supervisor: Supervisor
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Takes the plugins from discovered to started. Throws `boot.required-plugin-failed` with the report; then, and when the
 * kernel stops, `running` stops those that were started.
 */
export async function bootPlugins(boot: PluginBoot, running: AsyncDisposableStack): Promise<PluginAdmin> {
  const { records, rooms, web, supervisor, settings, log } = boot
  const report = new BootReport(records)
  const { deadlines } = settings
  const lifecycle = new Lifecycle({
    ...{ records, deadlines, supervisor, log },
    providers: rooms.providers,
    environment: settings.environment,
  })
  const ports = kernelPorts({
    ...{ database: rooms.database, connections: rooms.connections, tokens: rooms.tokens, clock: boot.clock, log },
    live: web.http.live,
    events: rooms.engine,
    tenants: rooms.tenants,
    audit: rooms.audit.log,
    selection: rooms.choice,
    providerKeys: rooms.providerKeys.rotation,
    platform: () => new PlatformControl({ admin, engine: rooms.engine }),
    flags: rooms.flags,
    flagAdmin: rooms.flagAdmin,
    permissions: { all: () => [...kernelPermissions, ...permissionsOf(records)] },
    sealerFor: (id) => sealerOf(rooms.secrets, id),
    signingKeysFor: (id) => signingKeysOf(rooms.secrets, id),
    jobsFor: (id) => rooms.jobs.forPlugin(id),
    settingsFor: (id) => rooms.settingsFor(id),
    sourceOf: (id) => sourceOf(records, id),
  })

  await holdQuarantined(boot)
  await lifecycle.load()
  // What the plugins contribute is known now, and nothing asks a flag before.
  await rooms.flagFollower.start()
  running.defer(() => rooms.flagFollower.stop())
  lifecycle.link(new Set(ports.keys()))
  await prepareTables(boot, lifecycle)
  await rememberColumns(rooms.database, sealedColumnsOf(records))
  const admin = mountKernel(boot)
  await lifecycle.register(ports, takenByKernel(rooms))
  lifecycle.mount((record) => {
    rooms.registry.register(eventTypesOf(record))
    mountContributions(
      record,
      {
        ...{ http: web.http, engine: rooms.engine, jobs: rooms.jobs, receivers: web.receivers },
        personalData: rooms.privacy.holders,
      },
      supervisor,
    )
  })
  await rememberHolders(rooms.database, rooms.privacy.holders)
  report.assertRequired()
  // A boot that is aborted from here on must not leave timers behind; after a boot that went well they are stopped earlier.
  running.defer(() => rooms.jobs.stop(settings.shutdown.drainMs))
  await rooms.jobs.open()
  running.defer(() => lifecycle.stop())
  await lifecycle.start()
  report.assertRequired()
  log.info({ plugins: report.entries.length, failed: report.failures.length }, 'plugins are up')
  return admin
}

/** Of what was loaded: a plugin that is down is still known by its permissions. */
function permissionsOf(records: readonly PluginRecord[]): readonly PermissionDefinition[] {
  return records.flatMap(({ plugin }) => plugin?.manifest.permissions ?? [])
}

/** Of what was loaded, and the kernel's own. */
function sealedColumnsOf(records: readonly PluginRecord[]): readonly OwnedColumn[] {
  return [
    ...KERNEL_COLUMNS.map((column) => ({ owner: KERNEL_ID, ...column })),
    ...records.flatMap(({ id, plugin }) => (plugin?.manifest.sealed ?? []).map((column) => ({ owner: id, ...column }))),
  ]
}

/** What it publishes, and what it handles: its publishers may be in another process, or down. */
function eventTypesOf({ plugin, contributions }: PluginRecord): readonly EventType[] {
  const consumers = [...(contributions?.handlers ?? []), ...(contributions?.streams ?? [])]
  return [...(plugin?.manifest.publishes ?? []), ...consumers.flatMap((consumer) => consumer.on)]
}

function sourceOf(records: readonly PluginRecord[], id: string): string {
  const kind = records.find((record) => record.id === id)?.package?.kind
  return kind === 'adapter' ? `/adapters/${id}` : `/plugins/${id}`
}

async function holdQuarantined({ rooms, records }: PluginBoot): Promise<void> {
  const held = await rooms.quarantine.list()
  for (const record of records) {
    const why = held.get(record.id)
    if (why !== undefined && record.state === 'discovered') record.to('quarantined', why)
  }
}

/** Whose tables cannot be brought up to date, or are behind, cannot run. */
async function prepareTables({ storage }: PluginBoot, lifecycle: Lifecycle): Promise<void> {
  const sources = lifecycle.loaded().flatMap((record) => {
    const directory = record.plugin?.manifest.migrations
    return directory === undefined ? [] : [{ id: record.id, directory }]
  })
  const behind = await storage.prepare(sources)
  for (const record of lifecycle.loaded()) {
    const why = behind.get(record.id)
    if (why !== undefined) lifecycle.block(record, why)
  }
}

/** The kernel's own routes and events, before any plugin's: nobody can take their places. */
function mountKernel({ rooms, web, records, supervisor, settings, clock }: PluginBoot): PluginAdmin {
  rooms.registry.register(kernelEvents)
  const admin = new PluginAdmin({
    ...{ records, supervisor, gate: rooms.gate, enablement: rooms.enablement, settingsFor: rooms.settingsFor },
    healthMs: settings.deadlines.healthMs,
  })
  web.http.mount(kernelRoutes({ admin, rooms, web, records, clock, testTimeoutMs: settings.deadlines.vendorTestMs }), {
    pluginId: KERNEL_ID,
    authenticators: [rooms.apiKeys],
    permissions: kernelPermissions.map((permission) => permission.key),
  })
  return admin
}

function takenByKernel(rooms: Rooms): Taken {
  const taken = new Taken()
  taken.schemes.set(rooms.apiKeys.scheme, 'the kernel')
  taken.sharedSchemes.add(rooms.apiKeys.scheme)
  for (const { key } of kernelPermissions) taken.permissions.set(key, 'the kernel')
  return taken
}
