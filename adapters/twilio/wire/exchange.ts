import type { IncomingHttpHeaders } from 'node:http'
import { Agent, type Dispatcher } from 'undici'

export interface WireOptions {
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  /** Most sockets at once to one host; each is kept alive. */
  readonly connections: number
  readonly maxAnswerBytes: number
}

export interface WireRequest {
  readonly method: Dispatcher.HttpMethod
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

/**
 * What became of a call.
 * - `answered`: Twilio answered, well or ill; `body` is the parsed JSON, or `undefined` when it was none
 * - `not-sent`: no byte reached Twilio, so a repeat is safe
 * - `lost`: it was written to a socket, and no whole answer came: it may have been carried out
 */
export type TwilioAnswer =
  | {
      readonly outcome: 'answered'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly body: unknown
    }
  | { readonly outcome: 'not-sent' | 'lost'; readonly code: string }

/** Speaks HTTP over keep-alive sockets. Never repeats a call, never follows a redirect: both are the caller's to know. */
export class Wire {
  readonly #agent: Agent
  readonly #maxAnswerBytes: number

  constructor(options: WireOptions) {
    this.#maxAnswerBytes = options.maxAnswerBytes
    this.#agent = new Agent({
      connections: options.connections,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    })
  }

  async exchange({ method, url, headers, body, signal }: WireRequest): Promise<TwilioAnswer> {
    const trace = { written: false }
    const dispatcher = this.#agent.compose(
      (dispatch) => (options, handler) => dispatch(options, watching(handler, trace)),
    )
    try {
      const { origin, pathname, search } = url
      const answer = await dispatcher.request({
        ...{ origin, path: pathname + search, method, headers, signal },
        body: body ?? null,
      })
      const text = await this.#read(answer.body)
      return { outcome: 'answered', status: answer.statusCode, headers: answer.headers, body: parse(text) }
    } catch (error) {
      return { outcome: trace.written ? 'lost' : 'not-sent', code: codeOf(error) }
    }
  }

  /** For files: the body is the caller's to read, and to let go of. */
  open(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { origin, pathname, search } = url
    return this.#agent.request({ origin, path: pathname + search, method: 'GET', headers, signal })
  }

  /** Waits for calls under way, until the signal cuts them off: those are `lost` then. */
  async close(signal: AbortSignal): Promise<void> {
    const cut = () => void this.#agent.destroy()
    signal.addEventListener('abort', cut, { once: true })
    await this.#agent.close()
    signal.removeEventListener('abort', cut)
  }

  async #read(body: AsyncIterable<Buffer>): Promise<string> {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > this.#maxAnswerBytes) throw new AnswerTooLarge()
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  }
}

/** Notices the one thing that an error does not tell: whether the call was written at all. */
function watching(handler: Dispatcher.DispatchHandler, trace: { written: boolean }): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      handler.onRequestStart?.(controller, context)
      // Aborted while it waited for a socket: it is not written now.
      trace.written = !controller.aborted
    },
    onResponseStart: (...told) => handler.onResponseStart?.(...told),
    onResponseData: (...told) => handler.onResponseData?.(...told),
    onResponseEnd: (...told) => handler.onResponseEnd?.(...told),
    onResponseError: (...told) => handler.onResponseError?.(...told),
  }
}

class AnswerTooLarge extends Error {
  readonly code = 'answer-too-large'
}

/** `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`: the code only; an error's message can quote addresses and headers. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // A proxy's HTML page: the status code has to speak for itself.
  }
}
