import type { ConformanceBench } from '../bench.ts'
import type { CaseName } from '../case-names.ts'

/** One case: plays something against the bench and throws when the channel did not do right. */
export type Case = (bench: ConformanceBench) => Promise<void>

export type Cases = Partial<Record<CaseName, Case>>
