import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { AckedStep } from './checker.ts'
import type { Send, Step } from './model.ts'

export interface ClientOptions {
  /** What their keys begin with: those of two phases of a run are not the same. */
  readonly name: string
  readonly clients: number
  readonly keysPerClient: number
  /** Of its keys, how many a client sends a step of in one call. */
  readonly share: number
  /** Between an acknowledgement and the next call. */
  readonly thinkMs: number
  readonly tenants: readonly string[]
  readonly random: () => number
  /** A port that may answer, or `undefined` while none does. */
  readonly port: () => number | undefined
  readonly until: () => boolean
  readonly resend: number
  readonly flaky: number
  readonly poison: number
  readonly timeoutMs: number
  /** Hears of every acknowledged step. */
  readonly onAck?: () => void
}

interface Key {
  readonly tenantId: string
  readonly key: string
  n: number
}

/**
 * Clients that own keys. A client sends the next step of a key only after the one before was acknowledged, so the true
 * order of each key is known. What is not acknowledged is sent again until it is; some of what is, is sent twice on
 * purpose, at the same moment or afterwards.
 */
export async function runClients(options: ClientOptions): Promise<AckedStep[]> {
  const acked: AckedStep[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients * 2 })
  const clients = Array.from({ length: options.clients }, (_, index) => runClient(index, options, agent, acked))
  await Promise.all(clients)
  agent.destroy()
  return acked
}

async function runClient(index: number, options: ClientOptions, agent: Agent, acked: AckedStep[]): Promise<void> {
  const { name, random, tenants, share, thinkMs, until } = options
  const keys = Array.from({ length: options.keysPerClient }, (_, at): Key => {
    const tenantId = tenants[(index + at) % tenants.length] ?? ''
    return { tenantId, key: `${name}c${index}k${at}`, n: 0 }
  })
  while (!until()) {
    // Several keys in one call, as a vendor's webhook has several entries.
    const chosen = keys.filter(() => random() < share)
    if (chosen.length === 0) continue
    const sends = chosen.map((key): Send => ({ tenantId: key.tenantId, key: key.key, step: nextStep(key, options) }))
    if (!(await sendUntilAcked(sends, options, agent))) return
    for (const key of chosen) {
      key.n += 1
      acked.push({ tenantId: key.tenantId, key: key.key, n: key.n })
      options.onAck?.()
    }
    if (random() < options.resend / 2) await post(options.port(), sends, options.timeoutMs, agent)
    if (thinkMs > 0) await pause(thinkMs)
  }
}

function nextStep(key: Key, { random, flaky, poison }: ClientOptions): Step {
  return { n: key.n + 1, flaky: random() < flaky, poison: random() < poison }
}

/** @returns false when the run ended first */
async function sendUntilAcked(sends: readonly Send[], options: ClientOptions, agent: Agent): Promise<boolean> {
  while (!options.until()) {
    const port = options.port()
    const twice = options.random() < options.resend / 2
    const answers = await Promise.all([
      post(port, sends, options.timeoutMs, agent),
      ...(twice ? [post(port, sends, options.timeoutMs, agent)] : []),
    ])
    if (answers.includes(true)) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

/** @returns whether it was acknowledged; a broken connection is just a no */
function post(port: number | undefined, sends: readonly Send[], timeoutMs: number, agent: Agent): Promise<boolean> {
  if (port === undefined) return Promise.resolve(false)
  return new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, method: 'POST', agent, timeout: timeoutMs }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(answer.statusCode === 200))
      answer.once('error', () => resolve(false))
    })
    call.once('error', () => resolve(false))
    call.once('timeout', () => call.destroy())
    call.end(JSON.stringify(sends))
  })
}
