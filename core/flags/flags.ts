import type { FeatureFlags, FlagContext, FlagEvaluation } from '../contracts/ports/feature-flags.ts'
import type { FlagDefinition, FlagRecord, FlagSegment, SegmentRecord } from '../contracts/ports/flag-admin.ts'
import type { PlanTiers } from '../contracts/ports/plan-tiers.ts'
import type { Clock } from '../plugin/services.ts'

import { type CompiledFlag, compile } from './compile.ts'
import { type ContributedFlag, contributedDefinition } from './contributed.ts'
import { flagFaults } from './definition-schema.ts'

export interface FlagsOptions {
  readonly clock: Clock
  readonly tiers: PlanTiers
  readonly cacheMax: number
  /** Asked at each change: plugins are loaded after the room is made. */
  readonly contributed: () => readonly ContributedFlag[]
}

/** What is stored, as it was read. */
export interface StoredFlags {
  readonly flags: readonly Omit<FlagRecord, 'plugin'>[]
  readonly segments: readonly SegmentRecord[]
}

const NOTHING: StoredFlags = { flags: [], segments: [] }

/**
 * The flags of this process: what plugins contribute, under what admins decided. Replaced as a whole when something changed;
 * a question in between is answered by the one set or the other, never by a mixture.
 */
export class Flags implements FeatureFlags {
  readonly #options: FlagsOptions
  #stored = NOTHING
  #records: ReadonlyMap<string, FlagRecord> = new Map()
  #compiled: ReadonlyMap<string, CompiledFlag> = new Map()

  constructor(options: FlagsOptions) {
    this.#options = options
  }

  /** Takes over what was read from the database. */
  replace(stored: StoredFlags): void {
    this.#stored = stored
    this.recompile()
  }

  /** After plugins were loaded: what they contribute is there from now on. */
  recompile(): void {
    const records = this.#merged()
    const segments = this.segmentsByKey()
    const { cacheMax } = this.#options
    const compiled = [...records].map(
      ([key, { definition }]) => [key, compile(definition, { segments, cacheMax })] as const,
    )
    this.#records = records
    this.#compiled = new Map(compiled)
  }

  evaluate(key: string, context: FlagContext): FlagEvaluation | undefined {
    return this.#compiled.get(key)?.evaluate(context, this.#options.clock.millis())
  }

  evaluateAll(context: FlagContext): ReadonlyMap<string, FlagEvaluation> {
    const now = this.#options.clock.millis()
    return new Map([...this.#compiled].map(([key, flag]) => [key, flag.evaluate(context, now)]))
  }

  async contextOf(tenantId: string): Promise<FlagContext> {
    return tenantId === '' ? {} : { tenantId, plan: await this.#options.tiers.tierOf(tenantId) }
  }

  isOn(key: string, tenantId: string): boolean | Promise<boolean> {
    const flag = this.#compiled.get(key)
    if (flag === undefined) return false
    if (!flag.asksForPlan || tenantId === '') return this.#isTrue(flag, tenantId === '' ? {} : { tenantId })
    return this.contextOf(tenantId).then((context) => this.#isTrue(flag, context))
  }

  records(): readonly FlagRecord[] {
    return [...this.#records.values()]
  }

  record(key: string): FlagRecord | undefined {
    return this.#records.get(key)
  }

  segments(): readonly SegmentRecord[] {
    return this.#stored.segments
  }

  segmentsByKey(): ReadonlyMap<string, FlagSegment> {
    return new Map(this.#stored.segments.map(({ segment }) => [segment.key, segment]))
  }

  /** What a plugin says of its flag, whatever was decided since. */
  contributedAs(key: string): FlagDefinition | undefined {
    const found = this.#options.contributed().find(({ flag }) => flag.key === key)
    return found === undefined ? undefined : contributedDefinition(found.flag)
  }

  #isTrue(flag: CompiledFlag, context: FlagContext): boolean {
    return flag.evaluate(context, this.#options.clock.millis()).value === true
  }

  #merged(): ReadonlyMap<string, FlagRecord> {
    const records = new Map<string, FlagRecord>()
    for (const { plugin, flag } of this.#options.contributed()) {
      const definition = contributedDefinition(flag)
      // A plugin that brings a wrong one is refused when it registers; it must not cost the others theirs.
      if (flagFaults(definition).length > 0) continue
      records.set(flag.key, { definition, plugin, revision: 0, updatedAt: null })
    }
    for (const stored of this.#stored.flags) {
      const { key, kind } = stored.definition
      const brought = records.get(key)
      // What was decided about a flag of another kind means nothing to the code that asks for it now.
      if (brought !== undefined && brought.definition.kind !== kind) continue
      records.set(key, { ...stored, plugin: brought?.plugin ?? null })
    }
    return new Map([...records].sort(([one], [other]) => (one < other ? -1 : 1)))
  }
}
