import type { IncomingMessage, ServerResponse } from 'node:http'

export interface VendorRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface VendorReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** A Buffer goes as it is, anything else as JSON. */
  readonly body?: unknown
}

/** The body as JSON, or `undefined` when it is none. */
export function jsonOf(request: VendorRequest): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'))
  } catch {
    return undefined // The simulator then answers as its vendor does to a body that is no JSON.
  }
}

/** A call with its whole body. */
export function toVendorRequest(request: IncomingMessage, body: Buffer): VendorRequest {
  const target = request.url ?? '/'
  const mark = target.indexOf('?')
  return {
    method: request.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : target.slice(mark)),
    headers: request.headers,
    body,
  }
}

export function sendReply(response: ServerResponse, reply: VendorReply): void {
  if (response.destroyed) return
  const raw = Buffer.isBuffer(reply.body)
  const body = reply.body === undefined ? undefined : raw ? reply.body : JSON.stringify(reply.body)
  response.writeHead(reply.status, {
    ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
    'content-length': body === undefined ? 0 : Buffer.byteLength(body as string),
    ...reply.headers,
  })
  response.end(body)
}
