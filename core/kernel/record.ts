import type { Contributions, Plugin } from '../plugin/plugin.ts'
import { isDown, move, type PluginState } from './state.ts'

export type PluginKind = 'plugin' | 'adapter'

/** What package.json says of a plugin: everything that is known before its code runs. */
export interface PluginPackage {
  /** Package name without its scope. */
  readonly id: string
  readonly name: string
  readonly version: string
  readonly kind: PluginKind
  /** Semver range of the kernel it was made for. */
  readonly kernel: string
  /** Absolute path of the entry file: what was built, or its source while the package is being written. */
  readonly entry: string
  /** Absolute path of the module that exports a channel's conformance driver, when there is one. */
  readonly driver?: string
  /** Absolute path of the module that can act as the outside system, when there is one. */
  readonly simulator?: string
}

/** One entry of the allow-list on its way through the boot: state, why, how long it took. */
export class PluginRecord {
  readonly id: string
  /** As the configuration names it. */
  readonly use: string
  /** The id that the configuration gave it, when it did. */
  readonly as: string | undefined
  readonly enabledByDefault: boolean
  /** Unvalidated app settings from the configuration. */
  readonly rawSettings: unknown
  package: PluginPackage | undefined
  plugin: Plugin | undefined
  settings: unknown
  contributions: Contributions | undefined
  /** Time its own code took so far, in milliseconds. */
  ms = 0
  /** Rejections that nobody caught, since the process began. */
  floatingRejections = 0
  #state: PluginState = 'discovered'
  #reason = ''
  #required: boolean

  constructor(entry: {
    id: string
    use: string
    as?: string
    enabledByDefault?: boolean
    required?: boolean
    settings?: unknown
    package?: PluginPackage
  }) {
    this.id = entry.id
    this.use = entry.use
    this.as = entry.as
    this.enabledByDefault = entry.enabledByDefault ?? true
    this.rawSettings = entry.settings
    this.package = entry.package
    this.#required = entry.required ?? false
  }

  get state(): PluginState {
    return this.#state
  }

  /** Why it is failed, blocked or quarantined; empty otherwise. */
  get reason(): string {
    return this.#reason
  }

  /** Required by the configuration or by its own manifest: its failure aborts the boot. */
  get required(): boolean {
    return this.#required || this.plugin?.manifest.boot === 'required'
  }

  get down(): boolean {
    return isDown(this.#state)
  }

  /** Moves on; an illegal move throws `plugin.illegal-move`. */
  to(state: PluginState, reason = ''): void {
    this.#state = move(this.id, this.#state, state)
    this.#reason = reason
  }
}
