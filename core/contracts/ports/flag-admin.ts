import { definePort } from '../../plugin/port.ts'
import type { Result } from '../../plugin/result.ts'
import type { Actor } from '../../plugin/route.ts'
import type { UnitOfWork } from '../../plugin/unit-of-work.ts'
import type { FlagKind, FlagValue } from './feature-flags.ts'

/** All parts that are there must hold. */
export interface FlagCondition {
  /** Ids: one of them. */
  readonly tenants?: readonly string[]
  readonly plans?: readonly string[]
  /** Each of these attributes has one of the values. */
  readonly attributes?: readonly { readonly name: string; readonly in: readonly (string | number | boolean)[] }[]
}

/** A share of all buckets, in percent with at most three decimals. */
export interface FlagShare {
  readonly variant: string
  readonly percentage: number
}

/**
 * The first rule that holds decides. Shares lie side by side from bucket 0 up; who falls into none goes on to the next rule.
 */
export interface FlagRule extends FlagCondition {
  /** For people. */
  readonly name?: string
  /** Keys: in one of them. */
  readonly segments?: readonly string[]
  /** Holds from this moment on (ISO 8601) … */
  readonly from?: string
  /** … and before this one. */
  readonly until?: string
  readonly serve: string | readonly FlagShare[]
}

export interface FlagDefinition {
  readonly key: string
  readonly kind: FlagKind
  readonly summary: string
  readonly variants: Readonly<Record<string, FlagValue>>
  /** False: everybody gets `off`, whatever the rules say. */
  readonly enabled: boolean
  /** Names a variant, as `default` does, which whoever no rule holds for gets. */
  readonly off: string
  readonly default: string
  readonly rules: readonly FlagRule[]
  /** What shares are cut by: whole tenants, or subjects within them. */
  readonly bucketBy: 'tenant' | 'subject'
  /** Two flags with the same seed choose the same tenants. Default: the key. Changing it shuffles everybody. */
  readonly seed: string
  /** Version of the way from an id to a bucket: a flag keeps the one it was made with. */
  readonly algorithm: 1
}

/** Tenants (or subjects) by a name that rules share: in it is whom one of the conditions holds for. */
export interface FlagSegment {
  readonly key: string
  readonly summary: string
  readonly any: readonly FlagCondition[]
}

/** A flag as it stands: contributed by a plugin, made by an admin, or both. */
export interface FlagRecord {
  readonly definition: FlagDefinition
  /** The plugin that brings it; `null` for one that an admin made. */
  readonly plugin: string | null
  /** Counts changes; 0 while nobody has decided anything. */
  readonly revision: number
  readonly updatedAt: Date | null
}

export interface SegmentRecord {
  readonly segment: FlagSegment
  readonly revision: number
  readonly updatedAt: Date
}

export type FlagEntryKind = 'flag' | 'segment'

/** Who changed what, when. `null` before: it was made; `null` after: it was removed. */
export interface FlagChange {
  readonly id: string
  readonly at: Date
  readonly actor: { readonly kind: string; readonly id: string }
  readonly revision: number
  readonly before: unknown
  readonly after: unknown
}

/** A change that is wanted. */
export interface FlagEdit<T> {
  /** `null` removes it; a contributed flag goes back to what its plugin says. */
  readonly to: T | null
  /** The revision that the editor saw. Absent: whatever is there. */
  readonly revision?: number
  readonly actor: Pick<Actor, 'kind' | 'id'>
}

export interface FlagSaved<T> {
  readonly before: T | null
  readonly after: T | null
  readonly revision: number
}

export type FlagRefusal = 'not-found' | 'changed-meanwhile' | 'unknown-segment' | 'kind-fixed' | 'in-use'

/** Whose value would be another one. */
export interface FlagEffect {
  readonly tenantId: string
  readonly slug: string
  readonly from: string | null
  readonly to: string
}

export interface FlagTrial {
  readonly tenants: number
  readonly changed: number
  /** The first of them, in the order the tenants were made. */
  readonly effects: readonly FlagEffect[]
}

/** Definitions are the platform's: one set for all tenants. Changes are stored, with their history, in the caller's transaction. */
export interface FlagAdmin {
  /** In the order of their keys. */
  flags(): readonly FlagRecord[]
  segments(): readonly SegmentRecord[]
  saveFlag(
    uow: UnitOfWork,
    key: string,
    edit: FlagEdit<FlagDefinition>,
  ): Promise<Result<FlagSaved<FlagDefinition>, FlagRefusal>>
  saveSegment(
    uow: UnitOfWork,
    key: string,
    edit: FlagEdit<FlagSegment>,
  ): Promise<Result<FlagSaved<FlagSegment>, FlagRefusal>>
  /** Newest first, before the change with the id `before`. */
  history(
    kind: FlagEntryKind,
    key: string,
    page: { readonly before?: string; readonly limit: number },
  ): Promise<readonly FlagChange[]>
  /** Resolves when this process has looked for changes: call it after a commit, so that the next question sees it. */
  refresh(): Promise<void>
  /** What a definition would change for the tenants of the installation, at a moment. Stores nothing. */
  tryOut(definition: FlagDefinition, at: Date): Promise<Result<FlagTrial, 'unknown-segment'>>
}

export const flagAdmin = definePort<FlagAdmin>('flag-admin')
