import { type Dependencies, type OptionalPort, type Port, portName } from '../plugin/port.ts'

/** A plugin as the graph sees it. */
export interface GraphNode {
  readonly id: string
  readonly provides: readonly Port<unknown>[]
  readonly deps: Dependencies
}

export interface Graph {
  /** Every node, providers before those who need them; nodes on a cycle come last, in the order given. */
  readonly order: readonly string[]
  /** Needed `one` ports that nobody provides. */
  readonly missing: readonly { readonly id: string; readonly port: string }[]
  /** `one` ports with several providers; the kernel counts as `kernel`. */
  readonly conflicts: readonly { readonly port: string; readonly providers: readonly string[] }[]
  /** Each as `[a, b, a]`. */
  readonly cycles: readonly (readonly string[])[]
  /** For each node: the nodes it takes a `one` port from. */
  readonly needs: ReadonlyMap<string, readonly Need[]>
}

export interface Need {
  readonly port: string
  readonly provider: string
  readonly optional: boolean
}

/** At most this many cycles are spelled out; a graph with more is broken enough. */
const MAX_CYCLES = 50

/**
 * Order, missing ports, conflicts and cycles, all at once. Only `one` ports make edges: a `many` port hands over a selector
 * that looks up its providers when it is asked, so its providers may come later, or not at all.
 */
export function buildGraph(nodes: readonly GraphNode[], kernelPorts: ReadonlySet<string>): Graph {
  const providers = providersOf(nodes, kernelPorts)
  const missing: { id: string; port: string }[] = []
  const needs = new Map<string, readonly Need[]>()
  for (const node of nodes) {
    const own: Need[] = []
    for (const { port, optional } of Object.values(node.deps).map(unwrap)) {
      if (port.cardinality === 'many') continue
      const name = portName(port)
      const found = providers.get(name) ?? []
      if (found.length === 0 && !optional) missing.push({ id: node.id, port: name })
      for (const provider of found) if (provider !== 'kernel') own.push({ port: name, provider, optional })
    }
    needs.set(node.id, own)
  }
  const edges = new Map([...needs].map(([id, list]) => [id, [...new Set(list.map((need) => need.provider))]]))
  return { order: orderOf(edges), missing, conflicts: conflictsOf(nodes, providers), cycles: cyclesOf(edges), needs }
}

export function unwrap(dependency: Port<unknown> | OptionalPort<unknown>): { port: Port<unknown>; optional: boolean } {
  return dependency.$$type === 'parley.optional-port'
    ? { port: dependency.port, optional: true }
    : { port: dependency, optional: false }
}

function providersOf(nodes: readonly GraphNode[], kernelPorts: ReadonlySet<string>): Map<string, string[]> {
  const providers = new Map([...kernelPorts].map((name) => [name, ['kernel']]))
  for (const node of nodes) {
    for (const name of new Set(node.provides.map(portName))) {
      providers.set(name, [...(providers.get(name) ?? []), node.id])
    }
  }
  return providers
}

function conflictsOf(
  nodes: readonly GraphNode[],
  providers: ReadonlyMap<string, readonly string[]>,
): Graph['conflicts'] {
  const one = new Set(nodes.flatMap((n) => n.provides.filter((p) => p.cardinality === 'one').map(portName)))
  return [...one].flatMap((port) => {
    const list = providers.get(port) ?? []
    return list.length > 1 ? [{ port, providers: list }] : []
  })
}

/** Kahn's algorithm, stable: among nodes that are free, the order given. */
function orderOf(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const left = new Map(edges)
  const order: string[] = []
  for (;;) {
    const free = [...left].find(([, needs]) => needs.every((id) => !left.has(id)))
    if (free === undefined) return [...order, ...left.keys()]
    order.push(free[0])
    left.delete(free[0])
  }
}

/** Every elementary cycle once, beginning at its first node in the order given. */
function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const ids = [...edges.keys()]
  const rank = new Map(ids.map((id, i) => [id, i]))
  const reach = new Map(ids.map((id) => [id, reachableFrom(id, edges)]))
  const cycles: string[][] = []
  const walk = (start: string, path: readonly string[]): void => {
    for (const next of edges.get(path.at(-1) ?? start) ?? []) {
      if (cycles.length >= MAX_CYCLES) return
      if (next === start) cycles.push([...path, start])
      else if (mayClose(next, start) && !path.includes(next)) walk(start, [...path, next])
    }
  }
  const mayClose = (next: string, start: string): boolean =>
    (rank.get(next) ?? -1) > (rank.get(start) ?? 0) && reach.get(next)?.has(start) === true
  for (const id of ids) walk(id, [id])
  return cycles
}

function reachableFrom(id: string, edges: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...(edges.get(id) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    open.push(...(edges.get(next) ?? []))
  }
  return seen
}
