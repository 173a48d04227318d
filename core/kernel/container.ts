import { asFunction, asValue, createContainer, InjectionMode } from 'awilix'
import { ParleyError } from '../plugin/errors.ts'
import { type Dependencies, portName } from '../plugin/port.ts'
import { unwrap } from './graph.ts'
import type { ProviderRegistry } from './providers.ts'

/** Makes a kernel service for one plugin: its logger, its job queue, its settings. By port name. */
export type KernelPorts = ReadonlyMap<string, (pluginId: string) => unknown>

/**
 * A fresh, strict box that holds the declared ports and nothing else. Touching anything undeclared throws
 * `plugin.undeclared-port`, so that a plugin cannot come to lean on what happens to be there.
 */
export function buildBox(
  pluginId: string,
  deps: Dependencies,
  kernelPorts: KernelPorts,
  providers: ProviderRegistry,
): Readonly<Record<string, unknown>> {
  const box = createContainer<Record<string, unknown>>({ injectionMode: InjectionMode.PROXY, strict: true })
  for (const [name, dependency] of Object.entries(deps)) {
    const { port } = unwrap(dependency)
    const kernelPort = kernelPorts.get(portName(port))
    if (kernelPort !== undefined) box.register(name, asFunction(() => kernelPort(pluginId)).singleton())
    else if (port.cardinality === 'many') box.register(name, asValue(providers.selector(port)))
    else box.register(name, asValue(providers.one(port)))
  }
  return guard(pluginId, Object.keys(deps), (name) => box.resolve(name))
}

/** Behaves as a plain frozen object with the declared names: it can be destructured, spread and awaited. */
function guard(
  pluginId: string,
  declared: readonly string[],
  resolve: (name: string) => unknown,
): Readonly<Record<string, unknown>> {
  const target = Object.defineProperties(
    {},
    Object.fromEntries(
      declared.map((name) => [name, { enumerable: true, configurable: true, get: () => resolve(name) }]),
    ),
  )
  return new Proxy(target, {
    get(_, name) {
      // A symbol or `then` is somebody looking at the object (an inspector, an await), not a use of a port.
      if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return undefined
      if (declared.includes(name)) return resolve(name)
      throw new ParleyError(
        'plugin.undeclared-port',
        `plugin ${pluginId} used "${name}", which is not in its deps; declared: ${declared.join(', ') || 'nothing'}`,
      )
    },
    set(_, name) {
      throw new ParleyError('plugin.box-is-frozen', `plugin ${pluginId} tried to set "${String(name)}" on its deps`)
    },
  })
}
