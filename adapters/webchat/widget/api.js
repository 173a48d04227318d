/** @import { Answer } from './types.d.ts' */

const TIMEOUT_MS = 15_000

/**
 * Calls the server; every outcome is a value. No answer, 408, 429 and 5xx are worth another try.
 *
 * @param {'GET' | 'POST'} method
 * @param {string} path
 * @param {{ token?: string | undefined, body?: object }} [options]
 * @returns {Promise<Answer>}
 */
export async function call(method, path, { token, body } = {}) {
  try {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `visitor ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    return answer(response.status, await response.text(), response.headers.get('retry-after'))
  } catch (error) {
    return unreachable(error)
  }
}

/**
 * @param {number} status
 * @param {string} text
 * @param {string | null} retryAfter
 * @returns {Answer}
 */
export function answer(status, text, retryAfter) {
  const body = parsed(text)
  if (status >= 200 && status < 300) return { ok: true, status, body }
  const retryable = status === 408 || status === 429 || status >= 500
  return {
    ok: false,
    status,
    retryable,
    ...(retryAfter !== null && Number(retryAfter) > 0 && { retryAfterMs: Number(retryAfter) * 1000 }),
    code: body?.code ?? `http.${status}`,
    detail: body?.detail ?? '',
  }
}

/**
 * @param {unknown} error
 * @returns {Answer}
 */
export function unreachable(error) {
  const detail = error instanceof Error ? error.message : ''
  return { ok: false, status: 0, retryable: true, code: 'unreachable', detail }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's page instead of our answer: the status still tells what to do.
    return undefined
  }
}
