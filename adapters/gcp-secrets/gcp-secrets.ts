import { readFile } from 'node:fs/promises'
import type { SecretManagerServiceClient } from '@google-cloud/secret-manager'
import { type Refusal, type Result, refuse, type SecretsFailure, type SecretsSource } from '@parley/core'
import type { JWT } from 'google-auth-library'
import type { GcpSecretsSettings } from './settings.ts'

/** gRPC status codes (https://grpc.io/docs/guides/status-codes/), which the REST transport answers with too. */
const INVALID_ARGUMENT = 3
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const FAILED_PRECONDITION = 9
const UNAUTHENTICATED = 16

/** Reads the latest version. Over HTTP, so that no gRPC is loaded, and the library itself with the first read only. */
export class GcpSecrets implements SecretsSource {
  readonly #settings: GcpSecretsSettings

  constructor(settings: GcpSecretsSettings) {
    this.#settings = settings
  }

  async read(name: string): Promise<Result<{ value: string; version: string }, SecretsFailure>> {
    const resource = this.#resource(name)
    if (resource === undefined) return refuse('not-found', `${name} needs a project: set GCP_SECRETS_PROJECT.`)
    let client: SecretManagerServiceClient | undefined
    try {
      client = await this.#client()
      const [{ name: version, payload }] = await client.accessSecretVersion(
        { name: resource },
        // No retries of the library's own: they would outlast the deadline of whoever waits.
        { timeout: this.#settings.requestMs, maxRetries: 0 },
      )
      const data = payload?.data
      if (data === undefined || data === null) return refuse('not-found', `${name} is empty.`)
      const value = Buffer.from(data as Uint8Array).toString('utf8')
      return { ok: true, value, version: version?.split('/').at(-1) ?? '' }
    } catch (error) {
      return failure(name, error)
    } finally {
      await client?.close()
    }
  }

  /** `projects/p/secrets/s/versions/latest`. */
  #resource(name: string): string | undefined {
    if (name.startsWith('projects/')) return name.includes('/versions/') ? name : `${name}/versions/latest`
    const { project } = this.#settings
    return project === undefined ? undefined : `projects/${project}/secrets/${name}/versions/latest`
  }

  async #client(): Promise<SecretManagerServiceClient> {
    const { v1 } = await import('@google-cloud/secret-manager')
    const { endpoint, keyFile } = this.#settings
    const url = endpoint === undefined ? undefined : new URL(endpoint)
    return new v1.SecretManagerServiceClient({
      fallback: true,
      ...(keyFile === undefined ? {} : { authClient: await accountIn(keyFile) }),
      ...(url === undefined
        ? {}
        : { apiEndpoint: url.hostname, protocol: url.protocol.slice(0, -1), port: Number(url.port) || 443 }),
    })
  }
}

/** A service account's file, as the Cloud console hands it out. */
async function accountIn(file: string): Promise<JWT> {
  const { JWT } = await import('google-auth-library')
  const { client_email, private_key } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
  return new JWT({
    email: client_email ?? '',
    key: private_key ?? '',
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  })
}

function failure(name: string, error: unknown): Refusal<SecretsFailure> {
  const code = error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN
  if (code === NOT_FOUND || code === INVALID_ARGUMENT)
    return refuse('not-found', `Google Secret Manager has no ${name}.`)
  if (code === PERMISSION_DENIED || code === UNAUTHENTICATED || code === FAILED_PRECONDITION)
    return refuse('refused', `Google Secret Manager does not give us ${name} (code ${code}).`)
  return refuse('unavailable', `Google Secret Manager cannot be asked (code ${code}).`, true)
}
