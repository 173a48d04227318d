import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { Pool } from 'undici'
import { ExchangeHandler } from './exchange.ts'

export interface GraphClientOptions {
  /** `https://graph.facebook.com`, or a simulator. */
  readonly baseUrl: string
  /** `v25.0` */
  readonly version: string
  /** Until the answer's head has come, and between pieces of its body. */
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  /** Most sockets at once; each is kept alive. */
  readonly connections: number
  readonly maxAnswerBytes: number
}

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the version: `/106540352242922/messages`. Segments must be encoded already. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly token: string
  readonly json?: unknown
  /** Instead of `json`: a body with its own content type. */
  readonly form?: { readonly contentType: string; readonly length: number; readonly content: Readable }
  readonly signal?: AbortSignal
}

/**
 * What became of a call.
 * - `answered`: Graph answered, well or ill; `body` is the parsed JSON, or `undefined` when it was none
 * - `not-sent`: no byte reached Graph, so a repeat is safe
 * - `lost`: it was written to a socket, and no whole answer came: it may have been carried out
 */
export type GraphAnswer =
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly body: unknown
    }
  | { readonly outcome: 'not-sent' | 'lost'; readonly code: string }

/** Speaks HTTP to the Graph API over one keep-alive pool. Never retries: whether to repeat is the caller's to know. */
export class GraphClient {
  readonly #pool: Pool
  readonly #prefix: string
  readonly #maxAnswerBytes: number

  constructor(options: GraphClientOptions) {
    const base = new URL(options.baseUrl)
    this.#prefix = `${base.pathname.replace(/\/$/, '')}/${options.version}`
    this.#maxAnswerBytes = options.maxAnswerBytes
    this.#pool = new Pool(base.origin, {
      connections: options.connections,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    })
  }

  request(request: GraphRequest): Promise<GraphAnswer> {
    return new Promise((resolve) => {
      const handler = new ExchangeHandler(resolve, this.#maxAnswerBytes, request.signal)
      if (request.signal?.aborted) return handler.abortedBefore()
      this.#pool.dispatch(
        {
          method: request.method,
          path: this.#path(request),
          headers: headersOf(request),
          body: request.form?.content ?? (request.json === undefined ? null : JSON.stringify(request.json)),
        },
        handler,
      )
    })
  }

  /** Waits for calls under way, until the signal cuts them off: those are `lost` then. */
  async close(signal: AbortSignal): Promise<void> {
    const cut = () => void this.#pool.destroy()
    signal.addEventListener('abort', cut, { once: true })
    await this.#pool.close()
    signal.removeEventListener('abort', cut)
  }

  #path(request: GraphRequest): string {
    const query = request.query === undefined ? '' : `?${new URLSearchParams(request.query)}`
    return `${this.#prefix}${request.path}${query}`
  }
}

function headersOf(request: GraphRequest): Record<string, string> {
  const headers: Record<string, string> = { authorization: `Bearer ${request.token}` }
  if (request.form !== undefined) {
    headers['content-type'] = request.form.contentType
    headers['content-length'] = String(request.form.length)
  } else if (request.json !== undefined) headers['content-type'] = 'application/json'
  return headers
}
