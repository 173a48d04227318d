import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const WORKER = fileURLToPath(new URL(`./worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url))
/** Longest that a run may take to end before it is killed. */
const END_MS = 10_000

/**
 * Runs one worker at a time. A change ends the one that runs and begins the next; lines typed meanwhile wait until it is
 * ready. A worker that failed leaves nothing behind, and the next change begins anew.
 */
export class DevLoop {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  readonly #waiting: string[] = []
  #worker: ChildProcess | undefined
  #ready = false
  #turn: Promise<void> = Promise.resolve()

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder
    this.#env = env
  }

  /** Ends what runs and begins anew; calls follow one another. */
  restart(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      await this.#end()
      this.#begin()
    })
    return this.#turn
  }

  say(line: string): void {
    if (this.#ready && this.#worker?.connected) this.#worker.send(line)
    else this.#waiting.push(line)
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#end()
  }

  #begin(): void {
    const worker = fork(WORKER, [this.#folder], { env: this.#env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#worker = worker
    worker.once('message', () => {
      this.#ready = true
      for (const line of this.#waiting.splice(0)) worker.send(line)
    })
    worker.once('exit', () => {
      if (this.#worker === worker) this.#ready = false
    })
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#ready = false
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return
    const gone = once(worker, 'exit')
    if (worker.connected) worker.disconnect()
    const timer = setTimeout(() => worker.kill('SIGKILL'), END_MS)
    await gone
    clearTimeout(timer)
  }
}
