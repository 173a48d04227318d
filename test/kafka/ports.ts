import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { ParleyError } from '../../core/plugin/errors.ts'

/**
 * Below what systems give to outgoing connections (Linux: from 32768). A broker comes back on its port after minutes of
 * being down; by then a port of that range may be another connection's end, and a client that dials one in vain can even
 * meet itself.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
const ATTEMPTS = 100

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port)) return port
  }
  throw new ParleyError('kafka.port', `Found no free port between ${LOWEST} and ${HIGHEST} in ${ATTEMPTS} attempts.`)
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
