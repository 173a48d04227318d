import type { FlagContext } from '../../../core/contracts/ports/feature-flags.ts'
import type { FlagDefinition, FlagSegment } from '../../../core/contracts/ports/flag-admin.ts'
import { compile } from '../../../core/flags/compile.ts'

/** A switch with the given differences: off for everybody. */
export function flag(over: Partial<FlagDefinition> = {}): FlagDefinition {
  return {
    ...{ key: 'inbox.new', kind: 'boolean', summary: '', variants: { on: true, off: false } },
    ...{ enabled: true, off: 'off', default: 'off', rules: [], bucketBy: 'tenant', seed: 'inbox.new', algorithm: 1 },
    ...over,
  } as FlagDefinition
}

/** The rollout of `on` to a share of the tenants. */
export const rollout = (percentage: number, over: Partial<FlagDefinition> = {}): FlagDefinition =>
  flag({ rules: [{ serve: [{ variant: 'on', percentage }] }], ...over })

export function evaluate(
  definition: FlagDefinition,
  context: FlagContext,
  { now = 0, segments = [] }: { now?: number; segments?: readonly FlagSegment[] } = {},
) {
  const byKey = new Map(segments.map((segment) => [segment.key, segment]))
  return compile(definition, { segments: byKey, cacheMax: 1000 }).evaluate(context, now)
}
