import type { IncomingMessage } from 'node:http'
import type { Server } from '@hapi/hapi'
import { ParleyError } from '../../plugin/errors.ts'

/** The part of a `ws` socket that is used here. */
export interface RawSocket {
  readonly readyState: number
  readonly bufferedAmount: number
  emit(event: string, ...args: unknown[]): boolean
  once(event: 'close', listener: () => void): unknown
  send(text: string): void
  close(code?: number, reason?: string): void
  terminate(): void
}

type VerifyClient = (
  info: { origin: string | undefined; req: IncomingMessage },
  done: (accepted: boolean, status?: number, message?: string) => void,
) => void

/** The `ws` server inside nes. */
export interface SocketServer {
  readonly options: { maxPayload?: number; verifyClient?: VerifyClient; perMessageDeflate?: boolean }
  readonly clients: ReadonlySet<RawSocket>
  prependListener(event: 'connection', listener: (socket: RawSocket) => void): void
}

/**
 * nes 14.0.1 keeps its `ws` server to itself, and has no setting for the size of messages, for who may connect beyond a fixed
 * list of origins, and for what a message may look like. This is the one place that reaches in; it says so when nes changes.
 */
export function socketServerOf(server: Server): SocketServer {
  const nes = (server.plugins as { nes?: { _listener?: { _wss?: SocketServer } } }).nes
  const found = nes?._listener?._wss
  if (found?.options === undefined || typeof found.prependListener !== 'function') {
    throw new ParleyError(
      'live.nes-changed',
      'Expected the ws server of @hapi/nes 14 at server.plugins.nes._listener._wss.',
    )
  }
  return found
}
