import Joi from 'joi'

/** So many in so long. */
export interface Quota {
  readonly points: number
  readonly windowSeconds: number
}

/** How often somebody may call. Windows run by the machine's time, as what they protect is the machine. */
export interface LimitSettings {
  /** Attempts at a secret: of one account (or, where none is named, one route) from one address, and from an address at all. */
  readonly auth: Quota & { readonly addressPoints: number }
  /** Requests of one key, user or visitor. */
  readonly actor: Quota
  /** Requests of one address without a credential, or with a wrong one. */
  readonly anonymous: Quota
  /** Requests of everybody who works for a tenant, by its plan: `free=600`. */
  readonly tenant: {
    readonly windowSeconds: number
    readonly tiers: readonly string[]
    /** For a plan that `tiers` does not name. */
    readonly otherPoints: number
  }
  /** Webhook calls from one address. */
  readonly webhooks: Quota
  /** How often what was counted here is told to the store that all processes share. */
  readonly syncMs: number
  /** Callers that are counted at once, of each kind; the least recent give way. */
  readonly maxKeys: number
  /** Longest that the store may take to say whether one more attempt at a secret is allowed. */
  readonly storeTimeoutMs: number
}

const count = (value: number) => Joi.number().integer().min(1).default(value)
const quota = (points: number, windowSeconds: number, more: Joi.SchemaMap = {}) =>
  Joi.object({ points: count(points), windowSeconds: count(windowSeconds), ...more }).default()

const TIERS = ['free=600', 'starter=1200', 'pro=3000', 'business=12000', 'enterprise=60000']

export const limitSettings: Joi.ObjectSchema<LimitSettings> = Joi.object({
  auth: quota(5, 900, { addressPoints: count(50) }),
  actor: quota(100, 60),
  anonymous: quota(600, 60),
  tenant: Joi.object({
    windowSeconds: count(60),
    tiers: Joi.array()
      .items(Joi.string().pattern(/^[a-z0-9-]+=[1-9]\d*$/, 'plan=requests'))
      .default(TIERS),
    otherPoints: count(600),
  }).default(),
  webhooks: quota(600_000, 60),
  syncMs: count(500),
  maxKeys: count(50_000),
  storeTimeoutMs: count(2_000),
})

/** Requests of a tenant in a window, by its plan. */
export function tierPoints({ tiers, otherPoints }: LimitSettings['tenant']): (tier: string) => number {
  const points = new Map(
    tiers.map((one) => {
      const [tier = '', most = ''] = one.split('=')
      return [tier, Number(most)] as const
    }),
  )
  return (tier) => points.get(tier) ?? otherPoints
}
