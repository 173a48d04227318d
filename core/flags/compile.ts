import { LRUCache } from 'lru-cache'
import type { FlagContext, FlagEvaluation, FlagReason } from '../contracts/ports/feature-flags.ts'
import type { FlagDefinition, FlagRule, FlagSegment, FlagShare } from '../contracts/ports/flag-admin.ts'
import { ParleyError } from '../plugin/errors.ts'
import { bucketOf, bucketsOf } from './bucket.ts'
import { asksForPlan, type Test, testOf } from './conditions.ts'

/** A definition made ready for a million questions a second. Pure: the same context at the same moment, the same answer. */
export interface CompiledFlag {
  readonly definition: FlagDefinition
  /** False: the tenant's plan need not be looked up. */
  readonly asksForPlan: boolean
  evaluate(context: FlagContext, now: number): FlagEvaluation
}

/** What a rule answers, or `undefined` for "go on to the next". */
type Decision = (context: FlagContext, now: number) => FlagEvaluation | undefined

export interface CompileParts {
  readonly segments: ReadonlyMap<string, FlagSegment>
  /** Ids whose buckets are kept. */
  readonly cacheMax: number
}

export function compile(definition: FlagDefinition, { segments, cacheMax }: CompileParts): CompiledFlag {
  const { rules, enabled } = definition
  if (!enabled) {
    const off = answer(definition, definition.off, 'DISABLED')
    return { definition, asksForPlan: false, evaluate: () => off }
  }
  const otherwise = answer(definition, definition.default, rules.length === 0 ? 'STATIC' : 'DEFAULT')
  const bucket = bucketReader(definition, cacheMax)
  const decisions = rules.map((rule) => decision(definition, rule, testOf(rule, segments), bucket))
  return {
    definition,
    asksForPlan: asksForPlan(rules, segments),
    evaluate(context, now) {
      for (const decide of decisions) {
        const decided = decide(context, now)
        if (decided !== undefined) return decided
      }
      return otherwise
    },
  }
}

type BucketReader = (context: FlagContext) => number | undefined

function bucketReader({ bucketBy, seed }: FlagDefinition, max: number): BucketReader {
  const known = new LRUCache<string, number>({ max })
  return ({ tenantId, subject }) => {
    const id = bucketBy === 'tenant' ? tenantId : subject
    if (id === undefined || id === '') return undefined
    let bucket = known.get(id)
    if (bucket === undefined) {
      bucket = bucketOf(seed, id)
      known.set(id, bucket)
    }
    return bucket
  }
}

function decision(definition: FlagDefinition, rule: FlagRule, holds: Test, bucket: BucketReader): Decision {
  const { serve } = rule
  if (typeof serve === 'string') {
    const served = answer(definition, serve, 'TARGETING_MATCH')
    return (context, now) => (holds(context, now) ? served : undefined)
  }
  const shares = sharesOf(definition, serve)
  return (context, now) => {
    if (!holds(context, now)) return undefined
    const place = bucket(context)
    return place === undefined ? undefined : shares.find(({ end }) => place < end)?.served
  }
}

/** Side by side from 0: a share that grows at the end of the list takes from nobody. */
function sharesOf(definition: FlagDefinition, shares: readonly FlagShare[]) {
  let end = 0
  return shares.map(({ variant, percentage }) => {
    end += bucketsOf(percentage)
    return { end, served: answer(definition, variant, 'SPLIT') }
  })
}

/** Made once: an evaluation allocates nothing. */
function answer({ key, variants }: FlagDefinition, variant: string, reason: FlagReason): FlagEvaluation {
  const value = variants[variant]
  if (value === undefined) throw new ParleyError('flag.variant', `flag ${key} has no variant "${variant}"`)
  return Object.freeze({ value, variant, reason })
}
