import type { Knex } from 'knex'
import { reasonOf } from '../plugin/errors.ts'
import { newId } from '../plugin/new-id.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import { KERNEL_ID } from '../tenancy/gate.ts'
import { withDeadline } from './deadline.ts'

export interface QuarantineSettings {
  /** Crashes within `windowMs` after which a plugin is not loaded any more. */
  readonly crashes: number
  readonly windowMs: number
}

/**
 * Remembers which plugin ended the process. One that did it too often is left out at the next boot, until somebody lifts
 * the quarantine.
 */
export class Quarantine {
  readonly #knex: Knex
  readonly #clock: Clock
  readonly #settings: QuarantineSettings

  constructor(options: { knex: Knex; clock: Clock; settings: QuarantineSettings }) {
    this.#knex = options.knex
    this.#clock = options.clock
    this.#settings = options.settings
  }

  /** True when this crash was one too many. */
  async recordCrash(pluginId: string, reason: string): Promise<boolean> {
    const now = this.#clock.now()
    const since = new Date(now.getTime() - this.#settings.windowMs)
    const { rows } = await this.#knex.raw<{ rows: { quarantined: boolean }[] }>(
      'select parley.record_crash(?, ?, ?, ?, ?, ?) as quarantined',
      [newId(), pluginId, now, reason.slice(0, MAX_REASON), since, this.#settings.crashes],
    )
    return rows[0]?.quarantined === true
  }

  /**
   * The same for a process that is about to end: never throws, and takes at most `ms`. The kernel's own crashes are not
   * counted, since nobody could leave the kernel out.
   */
  async recordWithin(ms: number, pluginId: string, error: unknown, log: Logger): Promise<void> {
    if (pluginId === KERNEL_ID) return
    try {
      const quarantined = await withDeadline('recording a crash', ms, () => this.recordCrash(pluginId, reasonOf(error)))
      if (quarantined) log.error({ plugin: pluginId }, 'the plugin is in quarantine from the next boot on')
    } catch (failure) {
      log.error({ plugin: pluginId, error: failure }, 'a crash could not be written down')
    }
  }

  /** Why, by plugin id. */
  async list(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.#knex.raw<{ rows: { plugin: string; since: Date; reason: string }[] }>(
      'select * from parley.quarantined_plugins()',
    )
    return new Map(rows.map((row) => [row.plugin, `in quarantine since ${row.since.toISOString()}: ${row.reason}`]))
  }

  /** Counts from the next boot on. False when the plugin was not in quarantine. */
  async lift(pluginId: string): Promise<boolean> {
    const { rows } = await this.#knex.raw<{ rows: { lifted: boolean }[] }>(
      'select parley.lift_quarantine(?) as lifted',
      [pluginId],
    )
    return rows[0]?.lifted === true
  }
}

/** Characters of an error's message that are kept. */
const MAX_REASON = 500
