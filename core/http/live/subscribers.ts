import type { Nes } from '@hapi/nes'
import type { LivePublisher } from '../../plugin/live.ts'
import type { Logger } from '../../plugin/services.ts'
import type { LiveSettings } from '../settings.ts'

export type Socket = Nes.Socket

interface Known {
  readonly paths: Set<string>
  /** Bytes handed to nes and not yet taken by the operating system. */
  waiting: number
}

/**
 * Who listens to what. Kept beside nes, whose own list is walked whole for every push: here a push costs as many steps as
 * the path has listeners.
 *
 * Back-pressure: what was pushed to a socket and is not written yet is counted; a socket whose client does not read is cut
 * once that passes the limit, and catches up over HTTP from its cursor when it comes back.
 */
export class Subscribers implements LivePublisher {
  readonly #byPath = new Map<string, Set<Socket>>()
  /** Outlives the last subscription: what waits to be read does too. */
  readonly #known = new WeakMap<Socket, Known>()
  readonly #settings: LiveSettings
  readonly #log: Logger
  readonly #cut: (socket: Socket) => void

  constructor(parts: { settings: LiveSettings; log: Logger; cut: (socket: Socket) => void }) {
    this.#settings = parts.settings
    this.#log = parts.log
    this.#cut = parts.cut
  }

  /** Subscriptions of a socket. */
  count(socket: Socket): number {
    return this.#known.get(socket)?.paths.size ?? 0
  }

  add(socket: Socket, path: string): void {
    const known = this.#known.get(socket) ?? { paths: new Set<string>(), waiting: 0 }
    known.paths.add(path)
    this.#known.set(socket, known)
    const listeners = this.#byPath.get(path) ?? new Set<Socket>()
    this.#byPath.set(path, listeners.add(socket))
  }

  remove(socket: Socket, path: string): void {
    const known = this.#known.get(socket)
    known?.paths.delete(path)
    const listeners = this.#byPath.get(path)
    listeners?.delete(socket)
    if (listeners?.size === 0) this.#byPath.delete(path)
  }

  publish(path: string, message: unknown): void {
    const listeners = this.#byPath.get(path)
    if (listeners === undefined) return
    const bytes = Buffer.byteLength(JSON.stringify(message) ?? '') + path.length
    for (const socket of listeners) this.#push(socket, path, message, bytes)
  }

  #push(socket: Socket, path: string, message: unknown, bytes: number): void {
    const known = this.#known.get(socket)
    if (known === undefined || !socket.isOpen()) return
    known.waiting += bytes
    if (known.waiting > this.#settings.maxBufferedBytes) {
      this.#log.warn({ waitingBytes: known.waiting }, 'a socket that does not read was cut')
      this.#cut(socket)
      return
    }
    const written = () => {
      known.waiting -= bytes
    }
    // A push that fails means that the socket is gone; its close event removes it, and the client catches up over HTTP.
    socket.publish(path, message).then(written, written)
  }
}
