import { type Result, refuse } from '../plugin/result.ts'

/** A provider as the choice sees it. */
export interface Candidate {
  readonly key: string
  /** Started, and enabled for the tenant. */
  readonly enabled: boolean
  readonly regions?: readonly string[]
  readonly currencies?: readonly string[]
  readonly priority?: number
}

export interface Choice {
  /** The tenant's explicit binding for this port. */
  readonly binding?: string
  /** ISO 3166 alpha-2 */
  readonly region?: string
  /** ISO 4217 */
  readonly currency?: string
}

export type SelectRefusal = 'no-provider' | 'binding-not-available' | 'ambiguous'

/**
 * Which provider serves: enabled for the tenant → its explicit binding → region and currency (one made for them before one
 * that serves everybody) → priority. A binding that cannot serve what is asked for is refused, never passed over. A tie is
 * a configuration error for the admin.
 */
export function select(candidates: readonly Candidate[], choice: Choice): Result<{ key: string }, SelectRefusal> {
  const enabled = candidates.filter((candidate) => candidate.enabled)
  const fitting = enabled.filter((candidate) => fits(candidate, choice))
  if (choice.binding !== undefined) return selectBound(choice.binding, candidates, fitting, choice)
  const [first, ...rest] = top(top(fitting, specificity), (candidate) => candidate.priority ?? 0)
  if (first === undefined) return refuse('no-provider', `no enabled provider serves ${asked(choice)}`)
  if (rest.length === 0) return { ok: true, key: first.key }
  const keys = [first, ...rest].map((candidate) => candidate.key).sort()
  return refuse(
    'ambiguous',
    `${keys.join(', ')} serve ${asked(choice)} equally well; bind one of them or set priorities`,
  )
}

function selectBound(
  key: string,
  candidates: readonly Candidate[],
  fitting: readonly Candidate[],
  choice: Choice,
): Result<{ key: string }, SelectRefusal> {
  if (fitting.some((candidate) => candidate.key === key)) return { ok: true, key }
  const bound = candidates.find((candidate) => candidate.key === key)
  const why =
    bound === undefined
      ? 'it is not installed'
      : bound.enabled
        ? `it does not serve ${asked(choice)}`
        : 'it is not enabled'
  return refuse('binding-not-available', `the tenant is bound to ${key}, but ${why}`)
}

function fits(candidate: Candidate, choice: Choice): boolean {
  return serves(candidate.regions, choice.region) && serves(candidate.currencies, choice.currency)
}

/** How many of the questions it answers by name. */
function specificity(candidate: Candidate): number {
  return Number((candidate.regions ?? []).length > 0) + Number((candidate.currencies ?? []).length > 0)
}

function top(candidates: readonly Candidate[], rank: (candidate: Candidate) => number): readonly Candidate[] {
  const best = Math.max(...candidates.map(rank))
  return candidates.filter((candidate) => rank(candidate) === best)
}

/** An empty list serves all; a limited provider does not serve a request that leaves the question open. */
function serves(list: readonly string[] | undefined, asked: string | undefined): boolean {
  if (list === undefined || list.length === 0) return true
  return asked !== undefined && list.includes(asked)
}

function asked(choice: Choice): string {
  const parts = [choice.region && `region ${choice.region}`, choice.currency && `currency ${choice.currency}`]
  return parts.filter(Boolean).join(' and ') || 'this tenant'
}
