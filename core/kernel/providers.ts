import { type Port, portName, type Selector } from '../plugin/port.ts'
import type { Provider } from '../plugin/provider.ts'

export interface RegisteredProvider extends Provider {
  readonly pluginId: string
}

/** What is handed out in place of a provider's value. */
export type Dress = (pluginId: string, port: string, value: unknown) => unknown

/** Providers that run in other processes of the installation. */
export interface Elsewhere {
  keys(port: string): readonly string[]
  byKey(port: string, key: string): unknown
}

/** Who offers what. Providers of a plugin that does not run are there, but nobody is handed them. */
export class ProviderRegistry {
  readonly #byPort = new Map<string, RegisteredProvider[]>()
  readonly #running: (pluginId: string) => boolean
  readonly #dress: Dress
  readonly #elsewhere: Elsewhere | undefined

  constructor(
    running: (pluginId: string) => boolean,
    dress: Dress = (_pluginId, _port, value) => value,
    elsewhere?: Elsewhere,
  ) {
    this.#running = running
    this.#dress = dress
    this.#elsewhere = elsewhere
  }

  add(pluginId: string, provider: Provider): void {
    const name = portName(provider.port)
    const value = this.#dress(pluginId, name, provider.value)
    this.#byPort.set(name, [...(this.#byPort.get(name) ?? []), { ...provider, pluginId, value }])
  }

  all(port: Port<unknown>): readonly RegisteredProvider[] {
    return this.#byPort.get(portName(port)) ?? []
  }

  /** Every port that somebody offers. */
  ports(): readonly Port<unknown>[] {
    return [...this.#byPort.values()].flatMap(([first]) => (first === undefined ? [] : [first.port]))
  }

  /** The value of a `one` port, also before its plugin has started: what depends on it registers in between. */
  one(port: Port<unknown>): unknown {
    return this.all(port)[0]?.value
  }

  /** The value of a `one` port whose plugin has started. What the kernel itself uses it does without otherwise. */
  running<T>(port: Port<T, 'one'>): T | undefined {
    return this.all(port).find((provider) => this.#running(provider.pluginId))?.value as T | undefined
  }

  /** Those whose plugins have started in this process. */
  here(port: Port<unknown>): readonly RegisteredProvider[] {
    return this.all(port).filter((provider) => this.#running(provider.pluginId))
  }

  /** Looks at the registry each time it is asked: providers may come later, and leave. Ours come before those elsewhere. */
  selector(port: Port<unknown>): Selector<unknown> {
    const name = portName(port)
    const elsewhere = this.#elsewhere
    return {
      byKey: (key) => this.here(port).find((provider) => provider.key === key)?.value ?? elsewhere?.byKey(name, key),
      keys: () => [...new Set([...this.here(port).map(({ key }) => key), ...(elsewhere?.keys(name) ?? [])])],
    }
  }
}
