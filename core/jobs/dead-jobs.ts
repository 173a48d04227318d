import type { PgBoss } from 'pg-boss'
import { affectedBy } from './boss-database.ts'
import { deadQueue, pluginOf, type StoredJob } from './stored-job.ts'

/** A job that failed for good. */
export interface DeadJob {
  readonly id: string
  readonly pluginId: string
  readonly job: string
  readonly tenantId: string | undefined
  /** `{ code, reason }` of the last try. */
  readonly failure: unknown
  readonly diedAt: Date
}

/** Dead letters of the job queues: what an operator can see and do. */
export class DeadJobs {
  readonly #boss: PgBoss

  constructor(boss: PgBoss) {
    this.#boss = boss
  }

  /** Oldest first. */
  async list(filter: { tenantId?: string } = {}): Promise<readonly DeadJob[]> {
    const data = filter.tenantId === undefined ? {} : { data: { tenantId: filter.tenantId } }
    const found = await this.#boss.findJobs<StoredJob>(deadQueue, { ...data, queued: true })
    const dead = found.map((one) => ({
      id: one.id,
      pluginId: pluginOf(one.sourceName ?? ''),
      job: one.data.job,
      tenantId: one.data.tenantId,
      failure: one.sourceOutput,
      diedAt: one.createdOn,
    }))
    return dead.sort((a, b) => a.diedAt.getTime() - b.diedAt.getTime())
  }

  /** Puts jobs back into their queues with all their tries. Returns how many. */
  async replay(ids: readonly string[]): Promise<number> {
    return ids.length === 0 ? 0 : this.#boss.redrive(deadQueue, { ids: [...ids] })
  }

  async discard(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0
    return affectedBy(await this.#boss.deleteJob(deadQueue, [...ids]))
  }
}
