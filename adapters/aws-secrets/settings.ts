import Joi from 'joi'

/** From the environment: `region` is AWS_SECRETS_REGION. Times in milliseconds. */
export interface AwsSecretsSettings {
  readonly region: string
  /** Without it, Amazon's own. */
  readonly endpoint?: string
  /** Without them the SDK looks where it always does: environment, shared files, the machine's role. */
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly requestMs: number
  readonly connectMs: number
  /** Tries of one call, by the SDK's own backoff. */
  readonly maxAttempts: number
}

export const awsSecretsSettings: Joi.ObjectSchema<AwsSecretsSettings> = Joi.object({
  region: Joi.string().default('us-east-1'),
  endpoint: Joi.string().uri({ scheme: ['http', 'https'] }),
  accessKeyId: Joi.string(),
  secretAccessKey: Joi.string(),
  requestMs: Joi.number().integer().min(1).default(10_000),
  connectMs: Joi.number().integer().min(1).default(5_000),
  maxAttempts: Joi.number().integer().min(1).max(10).default(3),
}).and('accessKeyId', 'secretAccessKey')
