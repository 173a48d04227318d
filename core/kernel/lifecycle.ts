import type { KernelSettings } from '../config/settings.ts'
import { ParleyError, reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'
import { appSettings } from './app-settings.ts'
import { buildBox, type KernelPorts } from './container.ts'
import { type Taken, validateContributions } from './contributions.ts'
import { withDeadline } from './deadline.ts'
import { buildGraph, type Graph, type Need } from './graph.ts'
import { faultsOf, whyMissing } from './graph-faults.ts'
import { loadPlugin } from './load.ts'
import type { ProviderRegistry } from './providers.ts'
import type { PluginRecord } from './record.ts'
import { isDown, type PluginState } from './state.ts'
import type { Supervisor } from './supervise.ts'

export interface LifecycleOptions {
  readonly records: readonly PluginRecord[]
  readonly deadlines: Pick<KernelSettings['deadlines'], 'loadMs' | 'registerMs' | 'startMs' | 'stopMs'>
  readonly supervisor: Supervisor
  readonly providers: ProviderRegistry
  readonly log: Logger
  /** App settings of plugins by name, over those of `config/`: `WHATSAPP_MESSAGES_PER_SECOND`. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/**
 * Takes every plugin through load → register → validate → mount → start, and back through stop. A step that fails costs the
 * plugin and those that need it; everybody else goes on. Nothing throws here because of a plugin.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions
  readonly #byId: ReadonlyMap<string, PluginRecord>
  #graph: Graph | undefined

  constructor(options: LifecycleOptions) {
    this.#options = options
    // The first of two with one id; the second failed in discovery.
    this.#byId = new Map([...options.records].reverse().map((record) => [record.id, record]))
  }

  /** Imports the entry files, side by side. */
  async load(): Promise<void> {
    await Promise.all(this.#in('discovered').map((record) => this.#attempt(record, () => this.#load(record))))
  }

  /** Draws the graph: whoever lacks a port, shares one or stands on a cycle goes down, all of them named at once. */
  link(kernelPorts: ReadonlySet<string>): void {
    const loaded = this.#in('loaded')
    const graph = buildGraph(
      loaded.map(({ id, plugin }) => ({ id, provides: plugin?.manifest.provides ?? [], deps: plugin?.deps ?? {} })),
      kernelPorts,
    )
    this.#graph = graph
    for (const record of loaded) {
      const faults = faultsOf(record.id, graph)
      const missing = graph.missing
        .filter((one) => one.id === record.id)
        .map((one) => whyMissing(one.port, this.#options.records))
      if (faults.length > 0) this.#down(record, 'failed', [...faults, ...missing].join('; '))
      else if (missing.length > 0) this.#down(record, 'blocked', missing.join('; '))
    }
  }

  /** Those that passed the graph, in its order. */
  loaded(): readonly PluginRecord[] {
    return this.#ordered('loaded')
  }

  /** For what the kernel finds out about a plugin between two steps: its tables are behind. */
  block(record: PluginRecord, reason: string): void {
    this.#down(record, 'blocked', reason)
  }

  /** In the order of the graph, so that what a plugin needs is there when its `register` is called. */
  async register(kernelPorts: KernelPorts, taken: Taken): Promise<void> {
    for (const record of this.#ordered('loaded')) {
      if (this.#blockedByNeeds(record)) continue
      await this.#attempt(record, () => this.#register(record, kernelPorts, taken))
    }
  }

  /** `mount` makes a plugin's contributions known to the kernel, all or nothing. */
  mount(mount: (record: PluginRecord) => void): void {
    for (const record of this.#ordered('registered')) {
      if (this.#blockedByNeeds(record)) continue
      try {
        mount(record)
        record.to('mounted')
      } catch (error) {
        this.#down(record, 'failed', `cannot be mounted: ${reasonOf(error)}`)
      }
    }
  }

  /** Side by side; each as soon as all that it needs has started. */
  async start(): Promise<void> {
    const started = new Map<string, Promise<void>>()
    for (const record of this.#ordered('mounted')) {
      const needs = this.#needs(record).map((need) => started.get(need.provider))
      started.set(
        record.id,
        Promise.all(needs).then(() => this.#start(record)),
      )
    }
    await Promise.all(started.values())
  }

  /** In reverse order, one after another: a plugin stops while what it needs still runs. */
  async stop(): Promise<void> {
    for (const record of this.#ordered('started').reverse()) {
      record.to('stopping')
      try {
        const stop = record.contributions?.stop
        if (stop !== undefined) await this.#run(record, 'stop', this.#options.deadlines.stopMs, (s) => stop(s))
        record.to('stopped')
      } catch (error) {
        this.#down(record, 'failed', reasonOf(error))
      }
    }
  }

  async #load(record: PluginRecord): Promise<void> {
    const { deadlines } = this.#options
    record.plugin = await this.#run(record, 'import', deadlines.loadMs, () => loadPlugin(record))
    record.settings = appSettings(record, this.#options.environment ?? {})
    record.to('loaded')
  }

  async #register(record: PluginRecord, kernelPorts: KernelPorts, taken: Taken): Promise<void> {
    const { deadlines, providers } = this.#options
    const { plugin } = record
    if (plugin === undefined) throw new ParleyError('plugin.not-loaded', `${record.id} was not loaded`)
    const box = buildBox(record.id, plugin.deps, kernelPorts, providers)
    const given = await this.#run(record, 'register', deadlines.registerMs, () => plugin.register(box, record.settings))
    const problems = validateContributions(record, given, taken)
    if (problems.length > 0)
      throw new ParleyError('plugin.contributions', `its contributions are not right: ${problems.join('; ')}`)
    record.contributions = given
    for (const provider of given.providers ?? []) {
      providers.add(record.id, { ...provider, key: provider.key ?? record.id })
    }
    record.to('registered')
  }

  async #start(record: PluginRecord): Promise<void> {
    if (this.#blockedByNeeds(record)) return
    await this.#attempt(record, async () => {
      record.to('starting')
      const start = record.contributions?.start
      if (start !== undefined) await this.#run(record, 'start', this.#options.deadlines.startMs, (s) => start(s))
      record.to('started')
    })
  }

  /** Runs one hook as the plugin's, against its deadline, and adds its time up. */
  async #run<T>(
    record: PluginRecord,
    hook: string,
    ms: number,
    work: (signal: AbortSignal) => T | Promise<T>,
  ): Promise<T> {
    const before = performance.now()
    try {
      return await withDeadline(hook, ms, (signal) => this.#options.supervisor.enter(record.id, () => work(signal)))
    } catch (error) {
      if (error instanceof ParleyError) throw error
      throw new ParleyError('plugin.hook-failed', `${hook} threw: ${reasonOf(error)}`, { cause: error })
    } finally {
      record.ms += performance.now() - before
    }
  }

  async #attempt(record: PluginRecord, step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      this.#down(record, 'failed', reasonOf(error), error)
    }
  }

  #down(record: PluginRecord, state: 'failed' | 'blocked', reason: string, error?: unknown): void {
    record.to(state, reason)
    this.#options.log.error({ plugin: record.id, state, reason, error }, 'plugin does not run')
  }

  #blockedByNeeds(record: PluginRecord): boolean {
    const lost = this.#needs(record).flatMap((need) => {
      const provider = this.#byId.get(need.provider)
      return provider !== undefined && !need.optional && isDown(provider.state)
        ? [`${need.port} comes from ${provider.id}, which is ${provider.state}: ${provider.reason}`]
        : []
    })
    if (lost.length > 0) this.#down(record, 'blocked', lost.join('; '))
    return lost.length > 0
  }

  #needs(record: PluginRecord): readonly Need[] {
    return this.#graph?.needs.get(record.id) ?? []
  }

  #in(state: PluginState): readonly PluginRecord[] {
    return this.#options.records.filter((record) => record.state === state)
  }

  #ordered(state: PluginState): PluginRecord[] {
    const order = this.#graph?.order ?? []
    return order.flatMap((id) => this.#byId.get(id) ?? []).filter((record) => record.state === state)
  }
}
