import { ParleyError } from '../plugin/errors.ts'
import type { Job } from '../plugin/job.ts'
import { nextOccurrence } from './cron.ts'
import { queueOf } from './stored-job.ts'

/** Which plugin has which jobs. A plugin's map exists before its jobs do: its queue is handed out before it registers. */
export class JobRegistry {
  readonly #plugins = new Map<string, Map<string, Job>>()

  jobsOf(pluginId: string): ReadonlyMap<string, Job> {
    return this.#of(pluginId)
  }

  /** @throws ParleyError `job.duplicate`, `job.cron`: nothing is added then */
  add(pluginId: string, jobs: readonly Job[], now: Date): void {
    const known = this.#of(pluginId)
    for (const [index, job] of jobs.entries()) {
      const twice = known.has(job.id) || jobs.findIndex((other) => other.id === job.id) !== index
      if (twice) throw new ParleyError('job.duplicate', `Plugin ${pluginId} contributes job "${job.id}" twice.`)
      if (job.cron !== undefined) nextOccurrence(job.cron, now)
    }
    for (const job of jobs) known.set(job.id, job)
  }

  /** Plugins that have jobs. */
  plugins(): readonly string[] {
    return [...this.#plugins].filter(([, jobs]) => jobs.size > 0).map(([pluginId]) => pluginId)
  }

  queues(): readonly string[] {
    return this.plugins().map(queueOf)
  }

  #of(pluginId: string): Map<string, Job> {
    const known = this.#plugins.get(pluginId) ?? new Map<string, Job>()
    this.#plugins.set(pluginId, known)
    return known
  }
}
