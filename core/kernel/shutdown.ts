import { reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'

export interface ShutdownOptions {
  readonly log: Logger
  /** For the whole of `stop`; the process ends after it, drained or not. */
  readonly graceMs: number
  readonly stop: () => Promise<void>
  readonly exit: (code: number) => void
}

/**
 * One Ctrl-C reaches this process several times: from the terminal, from npm, from the launcher. Only a signal that comes
 * this much later is a person who insists.
 */
const INSISTS_AFTER_MS = 2_000

/** Ends the process in good order, once; whoever insists, while it is under way, ends it at once. */
export class Shutdown {
  readonly #options: ShutdownOptions
  #since: number | undefined

  constructor(options: ShutdownOptions) {
    this.#options = options
  }

  get underway(): boolean {
    return this.#since !== undefined
  }

  /** Stops the kernel and exits with `code`; with 1 when stopping failed or took too long. */
  async run(code: number, reason: string): Promise<void> {
    const { log, graceMs, stop, exit } = this.#options
    if (this.#since !== undefined) {
      if (performance.now() - this.#since < INSISTS_AFTER_MS) return
      log.warn({ reason }, 'asked to stop again: ending at once')
      return exit(1)
    }
    this.#since = performance.now()
    log.info({ reason }, 'stopping')
    const late = setTimeout(() => {
      log.error({ graceMs }, 'stopping took too long')
      exit(1)
    }, graceMs)
    try {
      await stop()
      clearTimeout(late)
      log.info({}, 'stopped')
      exit(code)
    } catch (error) {
      log.error({ error, reason: reasonOf(error) }, 'stopping failed')
      exit(1)
    }
  }
}

/** SIGTERM and SIGINT ask to stop, and so does the end of the launcher that started this process. */
export function stopOnSignals(shutdown: Shutdown): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void shutdown.run(0, signal))
  if (!process.connected) return
  process.on('disconnect', () => {
    if (!shutdown.underway) void shutdown.run(0, 'the launcher is gone')
  })
}
