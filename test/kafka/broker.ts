import { ParleyError } from '../../core/plugin/errors.ts'
import type { BrokerHost } from './host.ts'
import { type Run, run } from './run.ts'

const START_MS = 60_000
/** An orderly end writes everything out: about two seconds. */
const STOP_MS = 20_000

/**
 * A real broker that can be hurt. It is down after `kill`, frozen after `pause`; `restart` brings it back from either, or
 * from health, with the data and the port it had. After `stop` it is gone for good.
 */
export class Broker {
  readonly #host: BrokerHost
  readonly #keep: boolean
  #run: Run | undefined
  #pid: number | undefined

  /** @param keep its data outlive it, so that it must end in good order */
  constructor(host: BrokerHost, keep: boolean) {
    this.#host = host
    this.#keep = keep
  }

  /** As KAFKA_BROKERS wants it: `127.0.0.1:9092`. */
  get brokers(): string {
    return `127.0.0.1:${this.#host.port}`
  }

  get name(): string {
    return this.#host.name
  }

  /** Of the broker's own process; `undefined` while it is down. */
  get pid(): number | undefined {
    return this.#pid
  }

  /** Resolves with its last lines when the life it has now ends. */
  async ended(): Promise<string> {
    const life = this.#run
    await life?.ended
    return life?.tail() ?? ''
  }

  /** @throws ParleyError `kafka.start`, `kafka.download`, `kafka.format`; what it had made by then is removed */
  async start(): Promise<void> {
    try {
      await this.#host.prepare()
      await this.#live()
    } catch (error) {
      await this.#host.remove()
      throw error
    }
  }

  /** Like pulling the plug on the process; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#signal('SIGKILL')
    await this.#run?.ended
  }

  /** Freezes it: connections stay open, nobody answers. */
  async pause(): Promise<void> {
    await this.#signal('SIGSTOP')
  }

  async resume(): Promise<void> {
    await this.#signal('SIGCONT')
  }

  /** Resolves when it serves again. A broker that is up is ended in good order first. */
  async restart(): Promise<void> {
    await this.#end()
    await this.#live()
  }

  async stop(): Promise<void> {
    if (this.#keep) await this.#end()
    else await this.kill()
    await this.#host.remove()
  }

  async #live(): Promise<void> {
    const life = await run(this.#host.orders(), START_MS)
    this.#run = life
    this.#pid = await this.#host.pid(life.pid)
    void life.ended.then(() => {
      if (this.#run === life) this.#pid = undefined
    })
  }

  async #end(): Promise<void> {
    const life = this.#run
    if (life === undefined || this.#pid === undefined) return
    await this.resume()
    await this.#signal('SIGTERM')
    const insist = setTimeout(() => void this.#signal('SIGKILL'), STOP_MS)
    await life.ended
    clearTimeout(insist)
  }

  async #signal(name: Parameters<BrokerHost['signal']>[0]): Promise<void> {
    if (this.#pid !== undefined) await this.#host.signal(name, this.#pid)
    else if (name === 'SIGSTOP') throw new ParleyError('kafka.down', `${this.name} is down and cannot be paused.`)
  }
}
