import Joi from 'joi'

/** From the environment: `project` is GCP_SECRETS_PROJECT. Times in milliseconds. */
export interface GcpSecretsSettings {
  /** For names that are no full resource names. */
  readonly project?: string
  /** Without it, Google's own. */
  readonly endpoint?: string
  /** A service account's file; without it the library looks where it always does, the machine's account among them. */
  readonly keyFile?: string
  readonly requestMs: number
}

export const gcpSecretsSettings: Joi.ObjectSchema<GcpSecretsSettings> = Joi.object({
  project: Joi.string(),
  endpoint: Joi.string().uri({ scheme: ['http', 'https'] }),
  keyFile: Joi.string(),
  requestMs: Joi.number().integer().min(1).default(10_000),
})
