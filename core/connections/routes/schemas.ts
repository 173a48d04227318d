import Joi from 'joi'

/** Names as adapters ask for them: `accessToken`. */
export const secretName: Joi.StringSchema = Joi.string().pattern(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'name')
const secret = Joi.string().min(1).max(10_000)

export const newSecrets: Joi.ObjectSchema<Record<string, string>> = Joi.object().pattern(secretName, secret).max(20)
export const secretsPatch: Joi.ObjectSchema<Record<string, string | null>> = Joi.object()
  .pattern(secretName, secret.allow(null))
  .max(20)
  .description('Names that are given replace, null takes one away, the others stay.')

export const provider: Joi.StringSchema = Joi.string().pattern(/^[a-z][a-z0-9-]{0,62}$/, 'provider key')
export const name: Joi.StringSchema = Joi.string().min(1).max(200)
export const externalId: Joi.StringSchema = Joi.string().min(1).max(320)
export const aliases: Joi.ArraySchema<string[]> = Joi.array().items(externalId).max(50).unique()
export const settings: Joi.ObjectSchema<Record<string, unknown>> = Joi.object<Record<string, unknown>>().unknown(true)

export const idParams: Joi.ObjectSchema<{ id: string }> = Joi.object({ id: Joi.string().uuid().required() })
export const cursorShape: Joi.ArraySchema<[string]> = Joi.array<[string]>().ordered(Joi.string().uuid().required())

export const connectionSchema: Joi.ObjectSchema = Joi.object({
  id: Joi.string().uuid().required(),
  provider: Joi.string().required(),
  externalId: Joi.string().required().description("The vendor's id of the account."),
  name: Joi.string().required(),
  endpointId: Joi.string().uuid().allow(null).required(),
  webhookUrl: Joi.string().uri().allow(null).required().description('What the vendor is told to call.'),
  aliases: Joi.array().items(Joi.string()).required(),
  settings: Joi.object().unknown(true).required(),
  secretNames: Joi.array().items(Joi.string()).required().description('Which secrets are set; never their values.'),
  health: Joi.valid('ok', 'auth-failed', 'degraded').required(),
  healthDetail: Joi.string().allow(null).required(),
  healthSince: Joi.string().isoDate().required().description('Since when the health is what it is.'),
  createdAt: Joi.string().isoDate().required(),
  updatedAt: Joi.string().isoDate().required(),
})

export const testAnswer: Joi.ObjectSchema = Joi.object({
  ok: Joi.boolean().required(),
  title: Joi.string().allow('').description('What the vendor calls the account.'),
  detail: Joi.string().allow('').description('Why the vendor refused.'),
})

export const endpointSchema: Joi.ObjectSchema = Joi.object({
  id: Joi.string().uuid().required(),
  adapter: Joi.string().required(),
  url: Joi.string().uri().required().description('What the vendor is told to call.'),
  enabled: Joi.boolean().required(),
  secretNames: Joi.array().items(Joi.string()).required().description('Which secrets are set; never their values.'),
})
