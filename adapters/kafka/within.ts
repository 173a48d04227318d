import { ParleyError } from '@parley/core'

/** What kafkajs would retry for longer is given up: an answer that comes later is nobody's. @throws ParleyError `kafka.timeout` */
export async function within<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ParleyError('kafka.timeout', `${what} took longer than ${ms} ms`))
    }, ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Its late failure is nobody's either.
    work.catch(() => undefined)
  }
}
