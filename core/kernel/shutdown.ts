import { reasonOf } from '../plugin/errors.ts'
import type { Logger } from '../plugin/services.ts'

export interface ShutdownOptions {
  readonly log: Logger
  /** For the whole of `stop`; the process ends after it, drained or not. */
  readonly graceMs: number
  readonly stop: () => Promise<void>
  readonly exit: (code: number) => void
}

/** Ends the process in good order, once; whoever asks again, while it is under way, ends it at once. */
export class Shutdown {
  readonly #options: ShutdownOptions
  #underway = false

  constructor(options: ShutdownOptions) {
    this.#options = options
  }

  /** Stops the kernel and exits with `code`; with 1 when stopping failed or took too long. */
  async run(code: number, reason: string): Promise<void> {
    const { log, graceMs, stop, exit } = this.#options
    if (this.#underway) {
      log.warn({ reason }, 'asked to stop again: ending at once')
      return exit(1)
    }
    this.#underway = true
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
  if (process.connected) process.on('disconnect', () => void shutdown.run(0, 'the launcher is gone'))
}
