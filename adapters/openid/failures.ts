import { type IdentityFailure, type Refusal, refuse } from '@parley/core'
import { errors as joseErrors } from 'jose'
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client'

const AWAY: ReadonlySet<string> = new Set(['temporarily_unavailable', 'server_error'])

/** What went wrong at a provider, as an expected outcome. What is none (a bug of ours) is thrown on. */
export function failureOf(error: unknown): Refusal<IdentityFailure> {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    return AWAY.has(error.error) ? away() : refused(error.error)
  }
  if (error instanceof joseErrors.JOSEError) return error.code === 'ERR_JWKS_TIMEOUT' ? away() : refused(error.code)
  // The library's own, for an answer that does not check out; a connection that failed is its cause.
  if (error instanceof ClientError) return isNetwork(error.cause) ? away() : refused(error.code ?? 'invalid')
  if (isNetwork(error)) return away()
  throw error
}

/** fetch: `TypeError: fetch failed`; its time-outs: DOMExceptions of these names. */
function isNetwork(error: unknown): boolean {
  if (error instanceof DOMException) return error.name === 'TimeoutError' || error.name === 'AbortError'
  return error instanceof TypeError && error.message === 'fetch failed'
}

const refused = (code: string) => refuse('refused', `The identity provider’s answer was refused: ${code}.`)
const away = () => refuse('unavailable', 'The identity provider cannot be reached right now.', true)
