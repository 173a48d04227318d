import { type Port, portName, type Selector } from '../plugin/port.ts'
import type { Provider } from '../plugin/provider.ts'

export interface RegisteredProvider extends Provider {
  readonly pluginId: string
}

/** Who offers what. Providers of a plugin that does not run are there, but nobody is handed them. */
export class ProviderRegistry {
  readonly #byPort = new Map<string, RegisteredProvider[]>()
  readonly #running: (pluginId: string) => boolean

  constructor(running: (pluginId: string) => boolean) {
    this.#running = running
  }

  add(pluginId: string, provider: Provider): void {
    const name = portName(provider.port)
    this.#byPort.set(name, [...(this.#byPort.get(name) ?? []), { ...provider, pluginId }])
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

  /** Looks at the registry each time it is asked: providers may come later, and leave. */
  selector(port: Port<unknown>): Selector<unknown> {
    const running = () => this.all(port).filter((provider) => this.#running(provider.pluginId))
    return {
      byKey: (key) => running().find((provider) => provider.key === key)?.value,
      keys: () => running().map((provider) => provider.key),
    }
  }
}
