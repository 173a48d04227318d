import { NOTIFICATION_CHANNELS, type NotificationChannel, type UnitOfWork } from '@parley/core'
import type { Draft } from '../domain/draft.ts'
import type { Rhythm } from '../domain/quiet-hours.ts'
import { Choice, Profile } from '../models/wishes.ts'

/** How people want to be told, of those who ever said. */
export class Wishes {
  readonly #choices: readonly Choice[]
  readonly #profiles: readonly Profile[]
  readonly #zone: string

  private constructor(choices: readonly Choice[], profiles: readonly Profile[], zone: string) {
    this.#choices = choices
    this.#profiles = profiles
    this.#zone = zone
  }

  /** @param zone of who never said where they are: the tenant's */
  static async of(uow: UnitOfWork, userIds: readonly string[], zone: string): Promise<Wishes> {
    const ids = [...new Set(userIds)]
    const choices = await Choice.in(uow).whereIn('user_id', ids)
    return new Wishes(choices, await Profile.in(uow).whereIn('user_id', ids), zone)
  }

  channels({ userId, kind, channels }: Draft): readonly NotificationChannel[] {
    return NOTIFICATION_CHANNELS.filter((channel) => {
      const chosen = this.#choices.find((one) => one.user_id === userId && one.kind === kind && one.channel === channel)
      return chosen?.enabled ?? channels.includes(channel)
    })
  }

  rhythm(userId: string): Rhythm {
    return rhythmOf(
      this.#profiles.find((one) => one.user_id === userId),
      this.#zone,
    )
  }
}

/** Where nobody chose: at once, at any hour. */
export function rhythmOf(profile: Profile | undefined, zone: string): Rhythm {
  const { time_zone, quiet_from = null, quiet_to = null, digest = 'none', digest_at = '09:00' } = profile ?? {}
  const quiet = quiet_from === null || quiet_to === null ? null : { from: quiet_from, to: quiet_to }
  return { zone: time_zone ?? zone, quiet, digest, digestAt: digest_at }
}
