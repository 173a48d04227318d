import type { Supervisor } from './supervise.ts'

/** What is left to do when the process can no longer be trusted: write down whose fault it was, drain, and exit. */
export type OnCrash = (pluginId: string, error: unknown) => Promise<void>

/**
 * Listens for faults that nobody caught. A rejection costs its plugin; an exception costs the process, because resuming
 * after one is unsafe (nodejs.org/api/process.html, "Warning: Using 'uncaughtException' correctly"). Returns how to stop
 * listening.
 */
export function watchProcess(supervisor: Supervisor, onCrash: OnCrash): () => void {
  let crashed = false
  const rejection = (reason: unknown) => supervisor.floating(supervisor.owner(), reason)
  const exception = (error: unknown) => {
    if (crashed) return
    crashed = true
    void onCrash(supervisor.owner(), error)
  }
  process.on('unhandledRejection', rejection)
  process.on('uncaughtException', exception)
  return () => {
    process.off('unhandledRejection', rejection)
    process.off('uncaughtException', exception)
  }
}
