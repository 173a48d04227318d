import type { Port } from './port.ts'

/** An implementation offered for a port. For `many` ports the key is what gets stored and must never change. */
export interface Provider {
  readonly port: Port<unknown>
  readonly key: string
  readonly value: unknown
  /** ISO 3166 alpha-2 countries this provider serves; empty or absent means all. */
  readonly regions?: readonly string[]
  /** ISO 4217 currencies this provider serves; empty or absent means all. */
  readonly currencies?: readonly string[]
  /** Higher wins when nothing else decides. Default 0. */
  readonly priority?: number
}

export interface ProviderOptions<T> extends Omit<Provider, 'port' | 'value' | 'key'> {
  /** Default: the plugin's id. */
  readonly key?: string
  readonly value: T
}

/** Ties an implementation to its port's type: a wrong one does not compile. */
export function provide<T>(
  port: Port<T>,
  options: ProviderOptions<NoInfer<T>>,
): Omit<Provider, 'key'> & { key?: string } {
  return { port, ...options }
}
