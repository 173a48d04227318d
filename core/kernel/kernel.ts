import type { Knex } from 'knex'
import { systemClock } from '../clock.ts'
import type { ParleyConfig } from '../config/define-config.ts'
import type { KernelSettings } from '../config/settings.ts'
import { eventCarrier } from '../contracts/ports/event-carrier.ts'
import type { HttpServer } from '../http/index.ts'
import { openLimits } from '../http/limits/open-limits.ts'
import { parseHttpSettings } from '../http/settings.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import { bootPlugins } from './boot-plugins.ts'
import { discover } from './discover.ts'
import { figureSources } from './figure-sources.ts'
import { housekeep } from './housekeeping.ts'
import { kernelVersion } from './kernel-version.ts'
import type { PluginAdmin } from './plugin-admin.ts'
import { type OnCrash, watchProcess } from './process-faults.ts'
import { processSubset } from './process-subset.ts'
import type { PluginRecord } from './record.ts'
import { BootReport } from './report.ts'
import { openRooms, type Rooms } from './rooms.ts'
import { openStorage } from './storage.ts'
import { Supervisor } from './supervise.ts'
import { openWeb } from './web.ts'
import { joinPeers, mountPeers } from './with-peers.ts'

export interface BootOptions {
  readonly settings: KernelSettings
  readonly config: ParleyConfig
  /** What relative folders in the configuration are relative to, and where npm packages are looked for. */
  readonly root: string
  readonly clock?: Clock
  readonly log?: Logger
  /** False: nothing listens, requests are injected. */
  readonly listen?: boolean
  /** For tests: answers are checked against their documentation. */
  readonly validateResponses?: boolean
  /**
   * Called when an exception that nobody caught ended what could be relied on; the crash has been written down by then.
   * Without it the kernel does not listen to the process's faults.
   */
  readonly onCrash?: OnCrash
}

/** A running kernel: its rooms, for the CLI, the demo and tests. Plugins never see it. */
export interface Kernel extends Omit<Rooms, 'decisions' | 'peers' | 'providers' | 'registry' | 'secrets'> {
  readonly version: string
  readonly report: BootReport
  readonly settings: KernelSettings
  readonly clock: Clock
  readonly log: Logger
  readonly knex: Knex
  readonly http: HttpServer
  readonly plugins: PluginAdmin
  readonly telemetry: Pick<Telemetry, 'metricsUrl'>
  /** Where it listens: `http://127.0.0.1:3000`; the configured public URL does not count here. */
  readonly baseUrl: string
  /** In good order: not ready → lead time → HTTP → events → jobs → plugins in reverse → pool → embedded server. */
  stop(): Promise<void>
}

/**
 * Database → roles → tables → rooms → plugins → listening; ready only then. A plugin that fails costs only itself and what
 * needs it, unless it is required: then everything that was started is stopped again, and the error carries the report.
 */
export async function bootKernel(options: BootOptions): Promise<Kernel> {
  const running = new AsyncDisposableStack()
  try {
    return await boot(options, running)
  } catch (error) {
    await running.disposeAsync()
    throw error
  }
}

async function boot(options: BootOptions, running: AsyncDisposableStack): Promise<Kernel> {
  const { settings, config, root, clock = systemClock, listen = true } = options
  const ownLog = options.log ?? createLogger(settings.logLevel)
  const telemetry = await openTelemetry(settings, kernelVersion, ownLog)
  running.defer(() => telemetry.stop())
  const log = telemetry.log(ownLog)
  const records = processSubset(discover(config.plugins, root, kernelVersion), settings.plugins)
  const record = (pluginId: string) => records.find((one) => one.id === pluginId)
  const supervisor = new Supervisor({
    clock,
    log,
    settings: settings.breaker,
    onFloating: (id) => countFloating(record(id)),
  })

  const storage = await openStorage(settings, log)
  running.defer(() => storage.close())
  const { knex, lookups } = storage
  telemetry.database(knex)
  const rooms = await openRooms({ settings, knex, lookups, clock, log, telemetry, record, records })
  running.defer(() => rooms.keys.follower.stop())
  if (options.onCrash !== undefined) running.defer(watchCrashes(options.onCrash, supervisor, rooms, log))
  rooms.providerKeys.rotation.start()
  running.defer(() => rooms.providerKeys.rotation.stop())
  rooms.apiKeys.start()
  running.defer(() => rooms.apiKeys.stop())

  const { limits, close } = await openLimits({
    ...{ knex, log, tiers: rooms.tiers, redisUrl: settings.redisUrl },
    settings: parseHttpSettings(settings.http).limits,
  })
  running.defer(close)
  const web = await openWeb({
    ...{ settings, knex, clock, log, rooms, record, limits, kernelVersion },
    validateResponses: options.validateResponses ?? false,
  })
  telemetry.http(web.http.server)
  telemetry.observe(figureSources({ storage, rooms, web, limits, supervisor, records }))
  const plugins = await bootPlugins({ settings, records, storage, rooms, web, supervisor, clock, log }, running)

  await rooms.jobs.start()
  rooms.keys.resealing.begin()
  running.defer(() => rooms.jobs.stop(settings.shutdown.drainMs))
  const carrier = rooms.providers.running(eventCarrier)
  if (carrier) rooms.engine.carry(carrier, { makeTopics: storage.mayMigrate })
  await rooms.engine.start()
  running.defer(() => rooms.engine.stop(settings.shutdown.drainMs))
  running.defer(housekeep(rooms.engine, log, settings.retentionEveryMs))
  running.defer(() => web.http.stop())
  const peerParts = { settings, rooms, web, clock, log }
  mountPeers(peerParts)
  await (listen ? web.http.start() : web.http.server.initialize())

  if (listen) await joinPeers(peerParts)
  running.defer(async () => rooms.peers?.stop())

  const stop = once(() => running.disposeAsync())
  const { decisions, peers, providers, registry, secrets, ...open } = rooms
  const baseUrl = listen ? `http://${shownHost(settings.host)}:${web.http.server.info.port}` : 'http://kernel.invalid'
  return {
    ...open,
    ...{ settings, clock, log, knex, plugins, telemetry, baseUrl, stop },
    version: kernelVersion,
    report: new BootReport(records),
    http: web.http,
  }
}

function countFloating(record: PluginRecord | undefined): void {
  if (record !== undefined) record.floatingRejections += 1
}

/** Longest that writing a crash down may take before the process goes on to end. */
const RECORD_CRASH_MS = 2_000

function watchCrashes(onCrash: OnCrash, supervisor: Supervisor, rooms: Rooms, log: Logger): () => void {
  return watchProcess(supervisor, async (pluginId, error) => {
    log.error({ plugin: pluginId, error }, 'an exception that nobody caught')
    await rooms.quarantine.recordWithin(RECORD_CRASH_MS, pluginId, error, log)
    await onCrash(pluginId, error)
  })
}

/** An address that one can click on. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}
