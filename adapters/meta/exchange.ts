import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { GraphAnswer } from './graph-client.ts'

type Phase = 'waiting' | 'written' | 'settled'

/**
 * Follows one call on the socket, to know the one thing that `fetch` does not tell: whether it was written at all.
 *
 * waiting (no socket yet) → written (undici began to write) → settled. An error while waiting is `not-sent`, whatever its
 * name; after that it is `lost`, because bytes may have arrived. A settled exchange ignores whatever comes later.
 */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  #phase: Phase = 'waiting'
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #bytes = 0
  readonly #chunks: Buffer[] = []
  readonly #resolve: (answer: GraphAnswer) => void
  readonly #maxBytes: number
  readonly #signal: AbortSignal | undefined
  #controller: Dispatcher.DispatchController | undefined
  readonly #onAbort = () => this.#abort()

  constructor(resolve: (answer: GraphAnswer) => void, maxBytes: number, signal: AbortSignal | undefined) {
    this.#resolve = resolve
    this.#maxBytes = maxBytes
    this.#signal = signal
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  abortedBefore(): void {
    this.#settle({ outcome: 'not-sent', code: 'aborted' })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Aborted while it waited for a socket: undici must not write it now.
    if (this.#phase === 'settled') controller.abort(new Error('aborted'))
    else this.#phase = 'written'
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes <= this.#maxBytes) this.#chunks.push(chunk)
    else {
      this.#settle({ outcome: 'lost', code: 'answer-too-large' })
      controller.abort(new Error('answer too large'))
    }
  }

  onResponseEnd(): void {
    const body = parse(Buffer.concat(this.#chunks))
    this.#settle({ outcome: 'answered', status: this.#status, headers: this.#headers, body })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle({ outcome: this.#phase === 'written' ? 'lost' : 'not-sent', code: codeOf(error) })
  }

  #abort(): void {
    const outcome = this.#phase === 'written' ? 'lost' : 'not-sent'
    this.#settle({ outcome, code: 'aborted' })
    this.#controller?.abort(new Error('aborted'))
  }

  #settle(answer: GraphAnswer): void {
    if (this.#phase === 'settled') return
    this.#phase = 'settled'
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#resolve(answer)
  }
}

/** `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`: the code only; an error's message can quote addresses and headers. */
function codeOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return code ?? error.name
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined // A proxy's HTML page: the status code has to speak for itself.
  }
}
