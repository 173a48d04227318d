import type { FlagContribution, FlagKind, FlagValue } from '../contracts/ports/feature-flags.ts'
import type { FlagDefinition } from '../contracts/ports/flag-admin.ts'

/** A plugin's flag, and whose it is. */
export interface ContributedFlag {
  readonly plugin: string
  readonly flag: FlagContribution
}

const SWITCH: Readonly<Record<string, FlagValue>> = { on: true, off: false }

/** What a contributed flag means until somebody decides otherwise: its default, for everybody. */
export function contributedDefinition({ key, summary, kind = 'boolean', ...flag }: FlagContribution): FlagDefinition {
  return {
    ...{ key, kind, summary, variants: variantsOf(kind, flag.variants) },
    ...{ enabled: true, off: flag.default, default: flag.default, rules: [] },
    ...{ bucketBy: 'tenant', seed: key, algorithm: 1 },
  }
}

function variantsOf(kind: FlagKind, variants: FlagContribution['variants']): Readonly<Record<string, FlagValue>> {
  return variants ?? (kind === 'boolean' ? SWITCH : {})
}
