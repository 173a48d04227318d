import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CrashPoint } from '../../core/events/index.ts'
import { addFigures } from './kafka/figures.ts'
import type { Figures, ServerMessage, ServerOrders } from './model.ts'

/** Compiled code is kept from life to life: a third of the time until a server is up. */
const COMPILED = join(tmpdir(), 'parley-chaos-compiled')

/** A server process that is started again whenever it ends, until `stop`. */
export class ServerProcess {
  readonly #orders: () => ServerOrders
  #child: ChildProcess | undefined
  #stopping = false
  #lives = 0
  #deaths = 0
  /** Of the lives that are over. */
  #past: Figures = {}
  #figures: Figures | undefined
  port: number | undefined
  /** Told when it dies as ordered. */
  onCrash: (point: CrashPoint) => void = () => {}

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

  /** What the carriers of all its lives counted; the last tenth of a second of a killed one is missing. */
  get figures(): Figures {
    return addFigures(this.#past, this.#figures ?? {})
  }

  /** Of the life it has now; `undefined` until it has told, and where events travel over the log alone. */
  get now(): Figures | undefined {
    return this.#figures
  }

  start(): void {
    this.#stopping = false
    this.#lives += 1
    const child = fork(new URL('./server.ts', import.meta.url), [JSON.stringify(this.#orders())], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { NODE_COMPILE_CACHE: COMPILED, ...process.env },
    })
    this.#child = child
    child.on('message', (message: ServerMessage) => {
      if (this.#child === child) this.#hear(message)
    })
    child.once('exit', () => {
      if (this.#child !== child) return
      this.port = undefined
      this.#past = this.figures
      this.#figures = undefined
      if (this.#stopping) return
      this.#deaths += 1
      // A server that dies at birth must not become a busy loop.
      setTimeout(() => !this.#stopping && this.start(), 50)
    })
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name)
  }

  #hear(message: ServerMessage): void {
    if ('port' in message) this.port = message.port
    else if ('figures' in message) this.#figures = message.figures
    else this.onCrash(message.crashed)
  }

  /** Asks it to end, insists after `graceMs`; may be started again. */
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
