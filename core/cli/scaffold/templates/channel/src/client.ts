import { asRecord, type Json, parseJson } from './json.ts'
import type { Settings } from './settings.ts'
import { type ApiCall, type Refusal, refusalIn } from './vendor.ts'

/**
 * How a call ended.
 * - `answered`: it was carried out
 * - `refused`: the vendor said so in its own words, and nothing was done
 * - `unreachable`: the call never left us
 * - `lost`: it may have been carried out, and nobody told us
 */
export type Outcome =
  | { readonly outcome: 'answered'; readonly body: Json }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
  | { readonly outcome: 'unreachable' | 'lost'; readonly code: string }

/** The connection was not made, so nothing can have been done. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The vendor's API. Every call ends with a value; what it says never holds a secret. */
export class ApiClient {
  readonly #baseUrl: string
  readonly #timeoutMs: number

  constructor({ baseUrl, timeoutMs }: Settings) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#timeoutMs = timeoutMs
  }

  async call({ method, path, headers, json }: ApiCall, signal: AbortSignal): Promise<Outcome> {
    try {
      const response = await fetch(`${this.#baseUrl}${path}`, {
        method,
        headers: { ...headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
        body: json === undefined ? null : JSON.stringify(json),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]),
      })
      const body = asRecord(parseJson(await response.bytes()))
      if (response.ok) return { outcome: 'answered', body: body ?? {} }
      const refusal = refusalIn(response.status, body)
      return refusal === undefined
        ? { outcome: 'lost', code: `http-${response.status}` }
        : { outcome: 'refused', refusal }
    } catch (error) {
      return unheard(error)
    }
  }
}

/** Only the code of an error is told: its message may quote an address or a header. */
function unheard(error: unknown): Outcome {
  const { name, cause } = error as Error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : name
  return { outcome: NEVER_SENT.has(code) ? 'unreachable' : 'lost', code }
}
