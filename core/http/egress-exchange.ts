import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'

export interface EgressRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly signal?: AbortSignal
}

export interface EgressAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** An answer whose body is read as it comes. It is the caller's to end: a stream that nobody reads keeps its connection. */
export interface EgressStream extends Omit<EgressAnswer, 'body'> {
  readonly content: Readable
}

export class AnswerTooLarge extends Error {}

/** One exchange over a connection of its own; resolves when the answer's head has come. `written` is set once it may have arrived. */
export function exchange(
  url: URL,
  request: EgressRequest,
  { signal, lookup, progress }: { signal: AbortSignal; lookup: LookupFunction; progress: { written: boolean } },
): Promise<EgressStream> {
  const { method = 'GET', headers = {}, body } = request
  const { promise, resolve, reject } = Promise.withResolvers<EgressStream>()
  const secure = url.protocol === 'https:'
  const send = secure ? httpsRequest : httpRequest
  const sent = send(url, { method, headers, signal, agent: false, lookup })
  sent.on('error', reject)
  // Node writes once there is a connection; until then nothing can have arrived.
  sent.on('socket', (socket) =>
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      progress.written = true
    }),
  )
  sent.on('response', (content: IncomingMessage) => {
    resolve({ status: content.statusCode ?? 0, headers: content.headers, content })
  })
  sent.end(body)
  return promise
}

/** The whole body; rejects with {@link AnswerTooLarge} once more than `maxBytes` have come. */
export function whole(content: Readable, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let bytes = 0
  content.on('error', reject)
  content.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) content.destroy(new AnswerTooLarge())
    else chunks.push(chunk)
  })
  content.on('end', () => resolve(Buffer.concat(chunks)))
  return promise
}
