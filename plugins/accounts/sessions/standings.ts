import { type Actor, type Clock, type Database, type PlanTiers, ReadThrough } from '@parley/core'
import { type RoleMatrix, SUPER_ADMIN } from '../domain/roles.ts'
import { PLATFORM } from '../platform.ts'
import type { AccountsSettings } from '../settings.ts'

/** Who a session is, right now: the person, the tenant they work in, and what they may there. */
export interface Standing {
  readonly sessionId: string
  readonly expiresAt: number
  readonly actor: Actor
}

interface Row {
  readonly session_id: string
  readonly user_id: string
  readonly tenant: string
  readonly expires_at: Date
  readonly support_role: string | null
  readonly support_until: Date | null
  readonly email: string
  readonly email_verified: boolean
  readonly name: string
  readonly locale: string
  readonly time_zone: string
  readonly role: string | null
  readonly owner: boolean | null
  readonly role_permissions: readonly string[] | null
}

export interface StandingParts {
  readonly database: Database
  readonly clock: Clock
  readonly settings: AccountsSettings
  readonly matrix: RoleMatrix
  readonly tiers: PlanTiers | undefined
}

/** The plan of an installation that has none. */
const NO_PLAN = 'free'

/**
 * Session, person, member and role, read together and believed for less than a second: a busy session costs a query a second,
 * and what is taken away anywhere (a role, a member, a session) is gone in every process within that second.
 */
export class Standings {
  readonly #parts: StandingParts
  readonly #known: ReadThrough<Standing>

  constructor(parts: StandingParts) {
    const { clock, settings } = parts
    this.#parts = parts
    this.#known = new ReadThrough({
      clock,
      max: settings.standingCacheMax,
      ttlMs: settings.standingCacheMs,
      absentTtlMs: 0,
      load: (sessions) => this.#load(sessions),
    })
  }

  /** `undefined` once the session, the person, the tenant or the membership has ended. @throws UnavailableError */
  of(sessionId: string): Promise<Standing | undefined> {
    return this.#known.get(sessionId)
  }

  /** After a change here has been committed. */
  forget(sessionId: string): void {
    this.#known.forget(sessionId)
  }

  /** After a change that may concern many sessions. */
  clear(): void {
    this.#known.clear()
  }

  async #load(sessions: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    const { rows } = await this.#parts.database.transaction(PLATFORM, ({ trx }) =>
      trx.raw<{ rows: Row[] }>('select * from accounts.standing_of(?::uuid[])', [[...sessions]]),
    )
    const standings = await Promise.all(rows.map((row) => this.#standing(row)))
    return new Map(standings.map((standing) => [standing.sessionId, standing]))
  }

  async #standing(row: Row): Promise<Standing> {
    const tier = (await this.#parts.tiers?.tierOf(row.tenant)) ?? NO_PLAN
    const { role, permissions } = this.#rights(row)
    const until = Math.min(row.expires_at.getTime(), row.support_until?.getTime() ?? Number.POSITIVE_INFINITY)
    return {
      sessionId: row.session_id,
      expiresAt: until,
      actor: {
        kind: 'user',
        id: row.user_id,
        tenantId: row.tenant,
        permissions,
        ...(row.support_role === null ? {} : { visiting: true }),
        claims: {
          ...{ name: row.name, sessionId: row.session_id, role, tier },
          ...{ locale: row.locale, timeZone: row.time_zone, owner: String(row.owner === true) },
        },
      },
    }
  }

  #rights(row: Row): { role: string; permissions: readonly string[] } {
    const { matrix, settings } = this.#parts
    // A visit has the rights it was opened with, whoever the visitor is at home.
    if (row.support_role !== null) return { role: row.support_role, permissions: matrix.of(row.support_role) }
    if (row.email_verified && settings.superAdmins.includes(row.email))
      return { role: SUPER_ADMIN, permissions: ['*', 'platform.*'] }
    const role = row.role ?? ''
    return { role, permissions: matrix.of(role, row.role_permissions) }
  }
}
