import { setTimeout as pause } from 'node:timers/promises'
import { ParleyError, reasonOf } from '../../plugin/errors.ts'
import type { Logger } from '../../plugin/services.ts'
import type { EmbeddedSettings } from '../settings.ts'
import { bringDown, bringUp, type Launch, type Postmaster } from './postmaster.ts'
import { isLivePostmaster, readPostmasterFile } from './postmaster-file.ts'

export interface SupervisorOptions {
  readonly launch: Omit<Launch, 'port' | 'signal'>
  /** The server that is up now. */
  readonly server: Postmaster
  readonly log: Logger
  readonly limits: EmbeddedSettings
}

/**
 * Keeps a server up for as long as this process uses it, by a look every `watchMs`:
 *
 * - it is up: fine, a frozen one too; when its owner is gone, this process takes its place
 * - it is down and has another living owner: that one starts it
 * - it is down, and is ours or nobody's: start it on the port its clients know. A start that fails is tried again, after
 *   `restartBaseMs`, then twice that, and so on up to `restartCapMs`, for as long as it takes
 *
 * Stopping ends the watch first, so nothing is started after it; a start under way is taken back.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #stopping = new AbortController()
  #pid: number
  #restarts = 0
  #watch: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  /** Starts in a row that failed; `undefined` while the server is up, or somebody else's to start. */
  #failures: number | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#pid = options.server.pid
  }

  /** Of the server, as it was seen last. */
  get pid(): number {
    return this.#pid
  }

  /** Times this process has started the server again. */
  get restarts(): number {
    return this.#restarts
  }

  start(): void {
    this.#watch ??= this.#run()
  }

  /** Stops the server too, when that is this process's to do. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end()
    return this.#stopped
  }

  async #run(): Promise<void> {
    while (await this.#wait()) {
      try {
        await this.#look()
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.#complain(error)
      }
    }
  }

  /** Does not keep the process alive. False when it was cut short by `stop`. */
  async #wait(): Promise<boolean> {
    const { watchMs, restartBaseMs, restartCapMs } = this.#options.limits
    const failures = this.#failures ?? 0
    const ms = failures === 0 ? watchMs : Math.min(restartCapMs, restartBaseMs * 2 ** (failures - 1))
    const { signal } = this.#stopping
    return pause(ms, true, { ref: false, signal }).catch(() => false)
  }

  async #look(): Promise<void> {
    const { dataDir, ownership } = this.#options.launch
    const file = await readPostmasterFile(dataDir)
    const isUp = file !== undefined && (await isLivePostmaster(file.pid, dataDir))
    if (isUp) this.#pid = file.pid
    const ours = await ownership.claim()
    if (isUp || !ours) this.#failures = undefined
    else await this.#restart()
  }

  async #restart(): Promise<void> {
    const { launch, server, log } = this.#options
    const { port } = server
    if (this.#failures === undefined) log.warn({ pid: this.#pid, port }, 'embedded Postgres is gone; starting it again')
    this.#failures ??= 0
    const began = performance.now()
    const { pid } = await bringUp({ ...launch, port, signal: this.#stopping.signal })
    this.#pid = pid
    this.#restarts += 1
    this.#failures = undefined
    log.info({ pid, port, milliseconds: Math.round(performance.now() - began) }, 'embedded Postgres is up again')
  }

  #complain(error: unknown): void {
    const { log, server } = this.#options
    this.#failures = (this.#failures ?? 0) + 1
    const fields = { port: server.port, reason: reasonOf(error), failures: this.#failures }
    if (this.#failures === 1) log.error(fields, 'embedded Postgres cannot be started; trying on')
    else log.debug(fields, 'embedded Postgres still cannot be started')
  }

  async #end(): Promise<void> {
    const { launch, limits } = this.#options
    this.#stopping.abort(new ParleyError('postgres.stopping', 'The embedded database is being stopped.'))
    await this.#watch
    if (!(await launch.ownership.claim())) return
    const file = await readPostmasterFile(launch.dataDir)
    if (file !== undefined) await bringDown(launch.dataDir, file.pid, 'fast', limits.stopTimeoutMs)
    await launch.ownership.release()
  }
}
