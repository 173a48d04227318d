import type { Readable } from 'node:stream'

/** A body, or why there is none: longer than allowed, or the sender went away. */
export type ReadBody =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly failure: 'too-large' | 'aborted' }

const EMPTY = Buffer.alloc(0)

/**
 * Reads a body of at most `maxBytes`. hapi's own reader cuts the connection when a body of unannounced length grows too
 * long, so that the sender never learns why, and puts two streams between the socket and the bytes. Here the rest of a body
 * that is too long is read and dropped (Node's request time-out bounds that), and then there is an answer.
 */
export function readBody(stream: Readable, maxBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    const done = (result: ReadBody) => {
      stream.off('data', take).off('end', ended).off('close', gone).off('error', gone)
      stream.on('error', gone)
      resolve(result)
    }
    const take = (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes) chunks.push(chunk)
      else chunks.length = 0
    }
    const ended = () => {
      if (length > maxBytes) done({ ok: false, failure: 'too-large' })
      else done({ ok: true, body: joined(chunks, length) })
    }
    // An error always comes with the end of the connection: there is nobody left to answer.
    const gone = () => done({ ok: false, failure: 'aborted' })
    stream.on('data', take).once('end', ended).once('close', gone).once('error', gone)
  })
}

/** Most webhooks arrive in one piece, which then is the body. */
function joined(chunks: readonly Buffer[], length: number): Buffer {
  const [first = EMPTY] = chunks
  return chunks.length <= 1 ? first : Buffer.concat(chunks, length)
}
