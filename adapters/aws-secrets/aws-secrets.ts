import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager'
import { type Refusal, type Result, refuse, type SecretsFailure, type SecretsSource } from '@parley/core'
import type { AwsSecretsSettings } from './settings.ts'

/** Error codes of GetSecretValue (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html). */
const NOT_FOUND: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'InvalidParameterException',
  'ValidationException',
])
const REFUSED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'DecryptionFailure',
  'InvalidRequestException',
  'InvalidSignatureException',
  'UnrecognizedClientException',
  'CredentialsProviderError',
])

/** Reads the current version by name or ARN. The SDK is loaded with the first read: few installations use it. */
export class AwsSecrets implements SecretsSource {
  readonly #settings: AwsSecretsSettings

  constructor(settings: AwsSecretsSettings) {
    this.#settings = settings
  }

  async read(name: string): Promise<Result<{ value: string; version: string }, SecretsFailure>> {
    try {
      return found(name, await this.#get(name))
    } catch (error) {
      return failure(name, error)
    }
  }

  async #get(name: string): Promise<GetSecretValueCommandOutput> {
    const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager')
    const { region, endpoint, accessKeyId, secretAccessKey, maxAttempts, requestMs, connectMs } = this.#settings
    const client = new SecretsManagerClient({
      region,
      maxAttempts,
      requestHandler: { requestTimeout: requestMs, connectionTimeout: connectMs },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId, secretAccessKey } }),
    })
    try {
      return await client.send(new GetSecretValueCommand({ SecretId: name }))
    } finally {
      client.destroy()
    }
  }
}

/** Text, or bytes that are one. */
function found(
  name: string,
  { SecretString, SecretBinary, VersionId = '' }: GetSecretValueCommandOutput,
): Result<{ value: string; version: string }, SecretsFailure> {
  const value = SecretString ?? (SecretBinary === undefined ? undefined : Buffer.from(SecretBinary).toString('utf8'))
  return value === undefined ? refuse('not-found', `${name} is empty.`) : { ok: true, value, version: VersionId }
}

function failure(name: string, error: unknown): Refusal<SecretsFailure> {
  const code = error instanceof Error ? error.name : 'unknown'
  if (NOT_FOUND.has(code)) return refuse('not-found', `AWS Secrets Manager has no ${name} (${code}).`)
  if (REFUSED.has(code)) return refuse('refused', `AWS Secrets Manager does not give us ${name} (${code}).`)
  return refuse('unavailable', `AWS Secrets Manager cannot be asked (${code}).`, true)
}
