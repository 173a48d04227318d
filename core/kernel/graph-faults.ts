import { portName } from '../plugin/port.ts'
import type { Graph } from './graph.ts'
import type { PluginRecord } from './record.ts'

/** What the plugin itself is to blame for in the graph. */
export function faultsOf(id: string, graph: Graph): readonly string[] {
  return [
    ...graph.cycles.filter((cycle) => cycle.includes(id)).map((cycle) => `dependency cycle ${cycle.join(' -> ')}`),
    ...graph.conflicts
      .filter((conflict) => conflict.providers.includes(id))
      .map((conflict) => `${conflict.port} may have one provider, and has ${conflict.providers.join(', ')}`),
  ]
}

/** A port may be missing because its provider is not installed, or because it never got as far as the graph. */
export function whyMissing(port: string, records: readonly PluginRecord[]): string {
  const down = records.filter((record) => record.down)
  const provider = down.find((record) => record.plugin?.manifest.provides?.some((one) => portName(one) === port))
  if (provider !== undefined) return `${port} comes from ${provider.id}, which is ${provider.state}: ${provider.reason}`
  const hint = down.length > 0 ? ` (these do not run and may be the ones: ${down.map(({ id }) => id).join(', ')})` : ''
  return `nobody provides ${port}${hint}`
}
