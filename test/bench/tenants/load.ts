import { Agent, request } from 'node:http'
import { seededRandom } from '../../../core/testing/seeded-random.ts'
import { pluginId } from './plugins.ts'

export interface Latencies {
  readonly p50: number
  readonly p99: number
  readonly perSecond: number
}

/** Requests from all tenants at random to all plugins at random, at a fixed rate, as their users would come. */
export async function load(
  baseUrl: string,
  keys: readonly string[],
  plan: { readonly requests: number; readonly perSecond: number; readonly plugins: number; readonly seed: number },
): Promise<Latencies> {
  const random = seededRandom(plan.seed)
  const pick = (count: number) => Math.floor(random() * count)
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const took: number[] = []
  const began = performance.now()
  const running: Promise<void>[] = []
  for (let sent = 0; sent < plan.requests; sent += 1) {
    const due = began + (sent * 1000) / plan.perSecond
    const wait = due - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    const url = `${baseUrl}/api/${pluginId(pick(plan.plugins))}`
    const answer = get(agent, url, keys[pick(keys.length)] ?? '').then((ms) => void took.push(ms))
    // Told by Promise.all below; until then nobody listens.
    answer.catch(() => undefined)
    running.push(answer)
  }
  try {
    await Promise.all(running)
  } finally {
    agent.destroy()
  }
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99), perSecond: took.length / ((performance.now() - began) / 1000) }
}

function get(agent: Agent, url: string, key: string): Promise<number> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, headers: { authorization: `Bearer ${key}` } }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - began)
        else reject(new Error(`${url}: ${response.statusCode}`))
      })
    })
    call.once('error', reject)
    call.end()
  })
}
