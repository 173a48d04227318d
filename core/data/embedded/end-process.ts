import { setTimeout as pause } from 'node:timers/promises'
import { ParleyError } from '../../plugin/errors.ts'

const pollMs = 20

/**
 * Signals a process once and waits until `isUp` says that it has ended; nothing when it has already.
 *
 * @throws ParleyError `postgres.stop` after `deadlineMs`
 */
export async function endProcess(
  pid: number,
  signal: 'SIGINT' | 'SIGQUIT',
  isUp: () => Promise<boolean>,
  deadlineMs: number,
): Promise<void> {
  if (!(await isUp())) return
  sendSignal(pid, signal)
  const deadline = performance.now() + deadlineMs
  while (await isUp()) {
    if (performance.now() > deadline) {
      throw new ParleyError('postgres.stop', `The embedded database (pid ${pid}) did not stop within ${deadlineMs} ms.`)
    }
    await pause(pollMs)
  }
}

/** To a process that may have ended by itself. */
function sendSignal(pid: number, signal: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
