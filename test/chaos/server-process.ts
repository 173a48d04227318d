import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ServerMessage, ServerOrders } from './model.ts'

/** A server process that is started again whenever it ends, until `stop`. */
export class ServerProcess {
  readonly #orders: () => ServerOrders
  #child: ChildProcess | undefined
  #stopping = false
  #lives = 0
  #deaths = 0
  port: number | undefined

  /** @param orders made anew for every life: another seed */
  constructor(orders: () => ServerOrders) {
    this.#orders = orders
  }

  get lives(): number {
    return this.#lives
  }

  /** How often it ended without having been asked to. */
  get deaths(): number {
    return this.#deaths
  }

  start(): void {
    this.#lives += 1
    const child = fork(new URL('./server.ts', import.meta.url), [JSON.stringify(this.#orders())], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    child.on('message', (message: ServerMessage) => {
      if (this.#child === child) this.port = message.port
    })
    child.once('exit', () => {
      if (this.#child !== child) return
      this.port = undefined
      if (this.#stopping) return
      this.#deaths += 1
      // A server that dies at birth must not become a busy loop.
      setTimeout(() => !this.#stopping && this.start(), 50)
    })
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name)
  }

  /** Asks it to end, insists after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await ended
    clearTimeout(timer)
  }
}
