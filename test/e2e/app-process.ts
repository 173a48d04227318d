import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePort } from './installation.ts'

const MAIN = fileURLToPath(new URL('../../core/cli/parley.mjs', import.meta.url))
const START_MS = 60_000

export interface Ending {
  readonly code: number | null
  readonly ms: number
}

/** One process of an installation that several share: `parley start` in its folder, with metrics on a port of their own. */
export class AppProcess {
  readonly name: string
  readonly baseUrl: string
  readonly #metricsUrl: string
  readonly #child: ChildProcess
  readonly #said: string[] = []

  private constructor(name: string, child: ChildProcess, port: number, metricsPort: number) {
    this.name = name
    this.#child = child
    this.baseUrl = `http://127.0.0.1:${port}`
    this.#metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => this.#said.push(String(chunk)))
  }

  /** Resolves once `/readyz` says so. */
  static async start(name: string, folder: string, env: Readonly<Record<string, string>>): Promise<AppProcess> {
    const [port, metricsPort] = [await freePort(), await freePort()]
    const child = spawn(process.execPath, [MAIN, 'start'], {
      cwd: folder,
      env: {
        ...process.env,
        ...{ HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'warn', PARLEY_DEMO: 'true' },
        ...{ TELEMETRY_PROMETHEUS_PORT: String(metricsPort), ...env },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const started = new AppProcess(name, child, port, metricsPort)
    await started.#ready()
    return started
  }

  /** What `/readyz` says now; a load balancer sends nobody to who does not say yes. */
  async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.baseUrl}/readyz`).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.status === 200
  }

  /** The sum of a metric's series whose labels include these. */
  async metric(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
    const answer = await fetch(this.#metricsUrl)
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith(`${name}{`))
    const series = lines.filter((line) => wanted.every((label) => line.includes(label)))
    return series.reduce(
      (sum, line) =>
        sum +
        Number(
          line
            .slice(line.lastIndexOf('}') + 1)
            .trim()
            .split(' ')[0],
        ),
      0,
    )
  }

  /** SIGTERM, and how it ended. */
  async stop(): Promise<Ending> {
    const began = performance.now()
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGTERM')
      await ended
    }
    return { code: this.#child.exitCode, ms: Math.round(performance.now() - began) }
  }

  /** What it wrote. */
  get said(): string {
    return this.#said.join('')
  }

  async #ready(): Promise<void> {
    const late = performance.now() + START_MS
    while (!this.said.includes('is ready')) {
      if (this.#child.exitCode !== null) throw new Error(`${this.name} ended before it was ready:\n${this.said}`)
      if (performance.now() > late) throw new Error(`${this.name} was not ready after ${START_MS} ms:\n${this.said}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
