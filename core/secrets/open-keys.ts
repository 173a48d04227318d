import Joi from 'joi'
import type { Knex } from 'knex'
import type { Audit } from '../contracts/ports/audit.ts'
import type { JobQueue } from '../plugin/job.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { Database } from '../plugin/unit-of-work.ts'
import type { Tenants } from '../tenancy/tenants.ts'
import { KeyAdmin } from './key-admin.ts'
import { KeyFollower } from './key-follower.ts'
import { KeyRing, openRootKeys } from './key-ring.ts'
import { moveRotation, resealJobs } from './reseal-jobs.ts'
import { RingKeyStore } from './ring-key-store.ts'
import { secretsSettings } from './settings.ts'

export interface OpenKeysOptions {
  /** PARLEY_KEYS */
  readonly setting: string | undefined
  readonly home: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly knex: Knex
  readonly clock: Clock
  readonly log: Logger
}

/** What rotating keys needs of the other rooms. */
export interface KeyRooms {
  readonly database: Database
  readonly tenants: Pick<Tenants, 'list'>
  readonly audit: Audit
}

/** The ring as the database has it, kept up to date until `follower.stop()`. */
export async function openKeys(options: OpenKeysOptions) {
  const { knex, clock, log } = options
  const settings = Joi.attempt(options.settings, secretsSettings)
  const rootKeys = await openRootKeys(options)
  const [root, ring] = [new KeyRing(rootKeys), new KeyRing(rootKeys)]
  const store = new RingKeyStore({ knex })
  const follower = new KeyFollower({ store, root, rootKeys, ring, clock, log, pollMs: settings.pollMs })
  await follower.start()
  return {
    ring,
    follower,
    admin: (rooms: KeyRooms) => new KeyAdmin({ ...rooms, clock, root, store, settings }),
    /** The jobs of the kernel that seal anew, and what moves a rotation on when keys are looked at. */
    resealing(rooms: KeyRooms, jobs: JobQueue) {
      const parts = { ...rooms, clock, ring, store, jobs, settings }
      return {
        jobs: resealJobs(parts),
        begin: () => follower.tell((keys) => moveRotation(parts, keys)),
      }
    },
  }
}
