import Joi from 'joi'

/**
 * What a vendor can do to a caller.
 * - `throttle`: refuse by its rate limit
 * - `fail`: refuse with a status and the vendor's own code
 * - `delay`: answer late
 * - `delay-answer`: carry it out at once, answer late
 * - `lose-answer`: carry it out, then close the socket instead of answering
 * - `drop`: close the socket before anything is done
 */
export type VendorFault =
  | { readonly kind: 'throttle'; readonly retryAfterMs?: number }
  | { readonly kind: 'fail'; readonly status?: number; readonly code?: number | string; readonly detail?: string }
  | { readonly kind: 'delay' | 'delay-answer'; readonly ms: number }
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'drop' }

export type FaultRule = VendorFault & {
  /** Only calls whose path contains this. */
  readonly path?: string
  readonly method?: string
  /** How many calls it hits; without it, every one until it is cleared. */
  readonly times?: number
  /** Of the calls that match; default 1. */
  readonly probability?: number
  /** Only calls beyond this many a second: with `throttle`, a rate limit that lets a second's worth through at once. */
  readonly perSecond?: number
}

export const faultRuleSchema: Joi.ObjectSchema<FaultRule> = Joi.object({
  kind: Joi.valid('throttle', 'fail', 'delay', 'delay-answer', 'lose-answer', 'drop').required(),
  retryAfterMs: Joi.number().min(0),
  status: Joi.number().integer().min(400).max(599),
  code: Joi.alternatives(Joi.number(), Joi.string()),
  detail: Joi.string(),
  ms: Joi.number().min(0).max(120_000),
  path: Joi.string(),
  method: Joi.string().uppercase(),
  times: Joi.number().integer().min(1),
  probability: Joi.number().min(0).max(1),
  perSecond: Joi.number().greater(0),
})

const MAX_RULES = 100

/** The faults that are on, first match wins. Chances are drawn from the seed. */
export class FaultPlan {
  readonly #random: () => number
  readonly #now: () => number
  #rules: Standing[] = []

  /** @param now milliseconds, for rates */
  constructor(random: () => number, now: () => number = Date.now) {
    this.#random = random
    this.#now = now
  }

  get rules(): readonly FaultRule[] {
    return this.#rules.map(({ rule }) => rule)
  }

  add(rule: FaultRule): void {
    if (this.#rules.length >= MAX_RULES) throw new RangeError(`at most ${MAX_RULES} fault rules`)
    this.#rules.push({
      rule,
      left: rule.times ?? Number.POSITIVE_INFINITY,
      places: rule.perSecond ?? 0,
      at: this.#now(),
    })
  }

  clear(): void {
    this.#rules = []
  }

  /** The fault that hits this call, if any; it counts as one of its times. */
  next(method: string, path: string): VendorFault | undefined {
    if (this.#rules.length === 0) return undefined
    const hit = this.#rules.find((one) => matches(one.rule, method, path) && !this.#hasPlace(one) && this.#isDrawn(one))
    if (hit === undefined) return undefined
    hit.left -= 1
    if (hit.left <= 0) this.#rules = this.#rules.filter((entry) => entry !== hit)
    return hit.rule
  }

  /** Takes one of the places that come back with time. */
  #hasPlace(one: Standing): boolean {
    const { perSecond } = one.rule
    if (perSecond === undefined) return false
    const now = this.#now()
    one.places = Math.min(perSecond, one.places + ((now - one.at) * perSecond) / 1000)
    one.at = now
    if (one.places < 1) return false
    one.places -= 1
    return true
  }

  #isDrawn({ rule }: Standing): boolean {
    return this.#random() < (rule.probability ?? 1)
  }
}

/** A rule that is on. */
interface Standing {
  readonly rule: FaultRule
  /** Times that are left. */
  left: number
  /** Of a rate: calls that may pass now, as of `at`. */
  places: number
  at: number
}

function matches(rule: FaultRule, method: string, path: string): boolean {
  return (rule.method ?? method) === method && (rule.path === undefined || path.includes(rule.path))
}
