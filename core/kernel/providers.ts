import { type Port, portName, type Selector } from '../plugin/port.ts'
import type { Provider } from '../plugin/provider.ts'

export interface RegisteredProvider extends Provider {
  readonly pluginId: string
}

/** What is handed out in place of a provider's value. */
export type Dress = (pluginId: string, port: string, value: unknown) => unknown

/** Who offers what. Providers of a plugin that does not run are there, but nobody is handed them. */
export class ProviderRegistry {
  readonly #byPort = new Map<string, RegisteredProvider[]>()
  readonly #running: (pluginId: string) => boolean
  readonly #dress: Dress

  constructor(running: (pluginId: string) => boolean, dress: Dress = (_pluginId, _port, value) => value) {
    this.#running = running
    this.#dress = dress
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

  /** Looks at the registry each time it is asked: providers may come later, and leave. */
  selector(port: Port<unknown>): Selector<unknown> {
    const running = () => this.all(port).filter((provider) => this.#running(provider.pluginId))
    return {
      byKey: (key) => running().find((provider) => provider.key === key)?.value,
      keys: () => running().map((provider) => provider.key),
    }
  }
}
