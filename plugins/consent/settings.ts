import Joi from 'joi'

export interface ConsentSettings {
  /** `https://app.example.com`: where unsubscribe links lead. Default: PUBLIC_URL; without one there are no links. */
  readonly publicUrl?: string
  /** How long an unsubscribe link works. People unsubscribe from old mails too. */
  readonly linkDays: number
  readonly pageSize: number
  readonly maxPageSize: number
  /** Tenants whose salt is kept in memory. */
  readonly saltCache: number
  /** How long, in milliseconds, a tenant is taken to have no salt yet. */
  readonly saltAbsentMs: number
}

export const settingsSchema: Joi.ObjectSchema<ConsentSettings> = Joi.object({
  publicUrl: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default(() => process.env.PUBLIC_URL || undefined),
  linkDays: Joi.number().integer().min(30).max(3650).default(1825),
  pageSize: Joi.number().integer().min(1).default(50),
  maxPageSize: Joi.number().integer().min(1).default(200),
  saltCache: Joi.number().integer().min(1).default(10_000),
  saltAbsentMs: Joi.number().integer().min(0).default(1000),
})

/** A purpose of the tenant's own, beside `marketing` and `all`. */
export interface Purpose {
  readonly key: string
  /** For people: `Weekly newsletter`. */
  readonly title: string
  /** Only people who agreed are written to; otherwise everybody who did not object. */
  readonly agreedOnly: boolean
}

export interface ConsentTenantSettings {
  readonly purposes: readonly Purpose[]
}

const key = Joi.string().pattern(/^[a-z][a-z0-9-]{0,39}$/, 'a purpose')

export const tenantSettingsSchema: Joi.ObjectSchema<ConsentTenantSettings> = Joi.object({
  purposes: Joi.array()
    .items(
      Joi.object({
        key: key.invalid('all', 'conversation').required(),
        title: Joi.string().trim().min(1).max(100).required(),
        agreedOnly: Joi.boolean().default(false),
      }),
    )
    .unique('key')
    .max(50)
    .default([])
    .description(
      'Purposes of messages beside marketing; name `marketing` here to write only to people who agreed to it.',
    ),
})
