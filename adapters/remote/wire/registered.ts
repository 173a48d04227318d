import { type Health, type Logger, Regularly } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'
import type { RemoteAnswer, RemoteClient } from './client.ts'
import { type RemoteManifest, readManifest } from './manifest.ts'
import type { RemoteTarget } from './prepare-call.ts'

/**
 * The remote that the operator registered, as it last described itself. It is asked at the start and again and again; while it
 * does not answer, what it said before stands. Its being away stops nothing here.
 */
export class RegisteredRemote {
  readonly #client: RemoteClient
  readonly #target: RemoteTarget | undefined
  readonly #asking: Regularly
  #manifest: RemoteManifest | undefined
  #trouble = 'it was not asked yet'

  constructor(client: RemoteClient, settings: RemoteSettings, log: Logger) {
    const { url, secret = '', previousSecret = '', manifestEveryMs: everyMs } = settings
    this.#client = client
    this.#target =
      url === undefined ? undefined : { url, secrets: [secret, previousSecret].filter((one) => one !== '') }
    this.#asking = new Regularly('asking the remote for its manifest', { everyMs, log }, (signal) => this.ask(signal))
  }

  get manifest(): RemoteManifest | undefined {
    return this.#manifest
  }

  start(): void {
    if (this.#target !== undefined) this.#asking.start()
  }

  stop(): Promise<void> {
    return this.#asking.stop()
  }

  async ask(signal: AbortSignal): Promise<void> {
    if (this.#target === undefined) return
    const answer = await readManifest(this.#client, this.#target, signal)
    if (answer.outcome === 'done') {
      this.#manifest = answer.data
      this.#trouble = ''
    } else this.#trouble = troubleOf(answer)
  }

  health(): Health {
    if (this.#target === undefined) return { ok: true }
    if (this.#client.isAway(this.#target.url)) return { ok: false, detail: 'The remote is away; sends wait for it.' }
    return this.#trouble === ''
      ? { ok: true }
      : { ok: false, detail: `The remote gave no manifest (${this.#trouble}).` }
  }
}

function troubleOf(answer: Exclude<RemoteAnswer<unknown>, { outcome: 'done' }>): string {
  const { outcome } = answer
  if (outcome === 'malformed') return `${outcome}: ${answer.field}`
  if (outcome === 'refused') return `${outcome}: ${answer.problem.code}`
  return 'code' in answer ? `${outcome}: ${answer.code}` : outcome
}
