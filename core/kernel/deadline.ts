import { ParleyError } from '../plugin/errors.ts'

/**
 * Runs a hook against a real timer: the signal asks it to give up, and when it does not listen the promise rejects all
 * the same (`deadline.passed`). A late rejection of the abandoned hook is swallowed by the race, as it was reported already.
 */
export async function withDeadline<T>(
  what: string,
  ms: number,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const abort = new AbortController()
  const late = new ParleyError('deadline.passed', `${what} did not finish within ${ms} ms`)
  let timer: NodeJS.Timeout | undefined
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      abort.abort(late)
      reject(late)
    }, ms)
  })
  try {
    return await Promise.race([(async () => work(abort.signal))(), passed])
  } finally {
    clearTimeout(timer)
  }
}
