import { definePort } from '../../plugin/port.ts'

export type FlagKind = 'boolean' | 'string' | 'number' | 'object'

export type FlagValue = boolean | string | number | { readonly [name: string]: unknown }

/** A flag that a plugin brings. An admin may lay rules over it; without any, everybody gets the default. */
export interface FlagContribution {
  /** `inbox.new-composer`: the plugin's id, a dot, and what it switches. */
  readonly key: string
  readonly summary: string
  /** Default `boolean`. */
  readonly kind?: FlagKind
  /** By name, for admins to choose from. Booleans have `on` and `off` without saying so. */
  readonly variants?: Readonly<Record<string, FlagValue>>
  /** Name of the variant that everybody gets until somebody decides otherwise: `off`. */
  readonly default: string
}

/** Whom a flag is evaluated for. What is absent matches no rule that asks for it. */
export interface FlagContext {
  readonly tenantId?: string
  /** The tenant's plan: `free`, `pro`. */
  readonly plan?: string
  /** A person or a thing within the tenant, for flags that are rolled out by subject. */
  readonly subject?: string
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** OpenFeature's reasons. `STATIC`: it has no rules; `DEFAULT`: none matched; `SPLIT`: by bucket; `DISABLED`: switched off. */
export type FlagReason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED'

export interface FlagEvaluation {
  readonly value: FlagValue
  /** Its name. */
  readonly variant: string
  readonly reason: FlagReason
}

/** Flags as code asks them: in the process, without a query. A change anywhere is seen here within a second. */
export interface FeatureFlags {
  /** `undefined` when there is no such flag. */
  evaluate(key: string, context: FlagContext): FlagEvaluation | undefined
  /** Every flag by key, in the order of the keys. */
  evaluateAll(context: FlagContext): ReadonlyMap<string, FlagEvaluation>
  /** The context of a tenant, its plan filled in. */
  contextOf(tenantId: string): Promise<FlagContext>
  /** True when the flag is there and its value for the tenant is `true`. An empty tenant id: for nobody in particular. */
  isOn(key: string, tenantId: string): boolean | Promise<boolean>
}

export const featureFlags = definePort<FeatureFlags>('feature-flags')
