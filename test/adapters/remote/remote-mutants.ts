import { type Mutant, without } from '../../core/testing/mutant-channel/mutants.ts'
import { PLATFORM_MUTANTS } from '../meta/platform-mutants.ts'

/** The mistakes of the other channels; those that know a vendor's ids are made anew. */
export const REMOTE_MUTANTS = {
  ...PLATFORM_MUTANTS,
  'drops the unknown': without(/^event:unknown\//),
  'drops echoes': without(/^event:echo\//),
  'drops receipts': without(/^event:tin-/),
  'drops what was read': without(/^event:.*\/read$/),
} as const satisfies Record<string, Mutant>

export type RemoteMutantName = keyof typeof REMOTE_MUTANTS
