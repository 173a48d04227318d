import type { FlagDefinition, FlagKind, FlagValue } from '@parley/core'

/** What an editor may say; the rest stays as it is. The algorithm is not theirs to choose. */
export type FlagFields = Partial<Omit<FlagDefinition, 'key' | 'algorithm'>>

/** A new flag begins switched on and with its default for everybody. */
export function newDefinition(key: string, fields: FlagFields): FlagDefinition {
  const kind = fields.kind ?? 'boolean'
  const variants = fields.variants ?? variantsOf(kind)
  const first = fields.default ?? (Object.hasOwn(variants, 'off') ? 'off' : (Object.keys(variants)[0] ?? ''))
  return {
    ...{ key, kind, variants, summary: fields.summary ?? '', enabled: fields.enabled ?? true },
    ...{ default: first, off: fields.off ?? first, rules: fields.rules ?? [] },
    ...{ bucketBy: fields.bucketBy ?? 'tenant', seed: fields.seed ?? key, algorithm: 1 },
  }
}

function variantsOf(kind: FlagKind): Readonly<Record<string, FlagValue>> {
  return kind === 'boolean' ? { on: true, off: false } : {}
}

/** The algorithm stays: whoever has the flag today keeps it. */
export function changedDefinition(current: FlagDefinition, fields: FlagFields): FlagDefinition {
  return { ...current, ...fields }
}
