import type { IncomingHttpHeaders } from 'node:http'
import type { Egress } from '@parley/core'

/**
 * What became of a call to a vendor's API.
 * - `answered`: well or ill; `body` is the parsed JSON, or `undefined` when there was none
 * - `not-sent`: nothing reached the vendor, so a repeat is safe
 * - `lost`: it was written, and no whole answer came: it may have been carried out
 */
export type ApiAnswer =
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly body: unknown
    }
  | { readonly outcome: 'not-sent' | 'lost'; readonly code: string }

export interface ApiCall {
  readonly method: 'GET' | 'POST'
  /** Below the base URL: `/v3/mail/send`. */
  readonly path: string
  readonly token: string
  readonly json?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** A JSON API with a bearer token. Never retries: whether to repeat is the caller's to know. */
export class MailApi {
  readonly #egress: Egress
  readonly #baseUrl: string

  constructor(egress: Egress, baseUrl: string) {
    this.#egress = egress
    this.#baseUrl = baseUrl.replace(/\/$/, '')
  }

  async call({ method, path, token, json, headers = {}, signal }: ApiCall): Promise<ApiAnswer> {
    // A header with such characters could not be written; the token is the only one that a tenant gives.
    if (!/^[\x21-\x7e]+$/.test(token)) return { outcome: 'not-sent', code: TOKEN_UNWRITABLE }
    if (signal.aborted) return { outcome: 'not-sent', code: 'aborted' }
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const type = json === undefined ? {} : { 'content-type': 'application/json' }
    const request = {
      ...{ method, signal, ...body },
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...type, ...headers },
    }
    const answer = await this.#egress.fetch(`${this.#baseUrl}${path}`, request).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    // Told to stop while it was under way: nobody knows how far it came.
    if (answer === undefined) return { outcome: 'lost', code: 'aborted' }
    if (!answer.ok) return { outcome: answer.written ? 'lost' : 'not-sent', code: answer.reason }
    return { outcome: 'answered', status: answer.status, headers: answer.headers, body: parse(answer.body) }
  }
}

export const TOKEN_UNWRITABLE = 'token-unwritable'

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined // Nothing, or a proxy's HTML page: the status code has to speak for itself.
  }
}
