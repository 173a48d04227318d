/** How many providers a port may have: `one` is handed over as itself, `many` as a {@link Selector} over provider keys. */
export type Cardinality = 'one' | 'many'

/** A typed reference to a service. Plugins depend on ports, never on each other's names. */
export interface Port<T, C extends Cardinality = Cardinality> {
  readonly $$type: 'parley.port'
  /** Unique, kebab-case: `contact-directory`. */
  readonly id: string
  /** Raised when the interface changes other than by addition; `channel@1` and `channel@2` are two ports. */
  readonly version: number
  readonly cardinality: C
  /** Carries the type only; never present at run time. */
  readonly type?: T
}

/** A port that a plugin can do without: resolves to `undefined` when nobody provides it. */
export interface OptionalPort<T, C extends Cardinality = Cardinality> {
  readonly $$type: 'parley.optional-port'
  readonly port: Port<T, C>
}

/** All providers of a `many` port. The key that was chosen is stored with the conversation, charge or meeting it served. */
export interface Selector<T> {
  /** The provider stored earlier under `key`, or `undefined` when it is not running here. */
  byKey(key: string): T | undefined
  keys(): readonly string[]
}

export type Dependencies = Readonly<Record<string, Port<unknown> | OptionalPort<unknown>>>

type Handed<P> = P extends Port<infer T, infer C> ? (C extends 'many' ? Selector<T> : T) : never

/** What `register` receives for the declared dependencies. */
export type Resolved<D extends Dependencies> = {
  readonly [K in keyof D]: D[K] extends OptionalPort<infer T, infer C> ? Handed<Port<T, C>> | undefined : Handed<D[K]>
}

/** One provider at a time: two plugins that provide it are a configuration error. */
export function definePort<T>(id: string, version = 1): Port<T, 'one'> {
  return { $$type: 'parley.port', id, version, cardinality: 'one' }
}

/** Any number of providers, each under its own key. */
export function defineManyPort<T>(id: string, version = 1): Port<T, 'many'> {
  return { $$type: 'parley.port', id, version, cardinality: 'many' }
}

export function optional<T, C extends Cardinality>(port: Port<T, C>): OptionalPort<T, C> {
  return { $$type: 'parley.optional-port', port }
}

/** `channel@1` */
export function portName(port: Port<unknown>): string {
  return `${port.id}@${port.version}`
}
