import type { Classify, ErrorClass } from './refusal.ts'

/** Graph's whole range of missing permissions. */
const isPermission = (code: number) => code >= 200 && code <= 299

/**
 * A Graph error by a product's tables, subcodes (`10/2018278`) before codes, or an answer without one. Without an error
 * object nobody knows who spoke: a gateway's 5xx may hide an accepted message, so it is `unknown`; 429 and 503 refuse
 * before anything is done.
 */
export function classifyBy(
  codes: ReadonlyMap<number, ErrorClass>,
  subcodes: ReadonlyMap<string, ErrorClass> = new Map(),
): Classify {
  return (status, error) => {
    const exact = error?.subcode === undefined ? undefined : subcodes.get(`${error.code}/${error.subcode}`)
    const listed = exact ?? (error === undefined ? undefined : codes.get(error.code))
    if (listed !== undefined) return listed
    if (error !== undefined && isPermission(error.code)) return { failure: 'auth' }
    if (status === 429) return { failure: 'throttled' }
    if (status === 503) return { failure: 'retryable' }
    if (status === 401 || status === 403) return { failure: 'auth' }
    if (status >= 500) return { failure: error === undefined ? 'unknown' : 'retryable' }
    return { failure: error?.transient === true ? 'retryable' : 'content' }
  }
}
