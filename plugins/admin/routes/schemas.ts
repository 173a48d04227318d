import { type GroupLag, Joi, type Tenant } from '@parley/core'

export const tags = ['platform']
export const tenantParams = Joi.object<{ id: string }>({ id: Joi.string().uuid().required() })
export const STATUSES = ['active', 'suspended', 'closed'] as const
/** A word that features and limits go by. */
export const planName = Joi.string().pattern(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower case, digits and hyphens')

export const tenantSchema = Joi.object({
  id: Joi.string().uuid().required(),
  slug: Joi.string().required(),
  name: Joi.string().allow('').required(),
  region: Joi.string().required(),
  currency: Joi.string().required(),
  timeZone: Joi.string().required(),
  plan: Joi.string().required(),
  status: Joi.valid(...STATUSES).required(),
  statusReason: Joi.string().allow('').required().description('Why it is suspended.'),
  createdAt: Joi.string().isoDate().required(),
})

export function tenantView(tenant: Tenant) {
  const { id, slug, name, region, currency, timeZone, plan, status, statusReason, createdAt } = tenant
  return {
    ...{ id, slug, name, region, currency, timeZone, plan, status, statusReason },
    createdAt: createdAt.toISOString(),
  }
}

/** The kernel's own route documents a plugin's view in full. */
export const pluginSchema = Joi.object({
  id: Joi.string().required(),
  state: Joi.string().required(),
  reason: Joi.string().allow('').required(),
  enabled: Joi.boolean().required(),
  health: Joi.object({ ok: Joi.boolean().required(), detail: Joi.string().allow('') })
    .allow(null)
    .required(),
}).unknown(true)

export const lagSchema = Joi.object({
  group: Joi.string().required(),
  events: Joi.number().integer().required(),
  seconds: Joi.number().required(),
  parked: Joi.number().integer().required(),
  dead: Joi.number().integer().required(),
}).unknown(true)

/** Groups that are behind, hold something back or have given something up. */
export function notable(lag: readonly GroupLag[]): readonly GroupLag[] {
  return lag.filter(({ events, parked, dead }) => events > 0 || parked > 0 || dead > 0)
}
