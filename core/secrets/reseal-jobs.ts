import Joi from 'joi'
import { ParleyError } from '../plugin/errors.ts'
import type { Job, JobQueue } from '../plugin/job.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import type { Tenants } from '../tenancy/tenants.ts'
import type { KeyRing } from './key-ring.ts'
import { type ResealPlace, resealBatch } from './reseal.ts'
import { INSTALLATION, type RingKeyStore, type StoredRingKey } from './ring-key-store.ts'
import type { SecretsSettings } from './settings.ts'

export interface ResealParts {
  readonly database: Database
  readonly clock: Clock
  readonly ring: KeyRing
  readonly store: RingKeyStore
  readonly tenants: Pick<Tenants, 'list'>
  readonly jobs: JobQueue
  readonly settings: SecretsSettings
}

interface FanOut {
  readonly keyId: string
  readonly after?: string
}

interface Reseal {
  readonly keyId: string
  readonly from?: ResealPlace
}

const FAN_OUT = 'reseal-tenants'
const RESEAL = 'reseal'
/** Tenants given their job in one go. */
const PAGE = 200

/**
 * Seals everything anew after a rotation: a job for each tenant, a batch of rows in each run. A run's rows, its progress and
 * the next run's job are one transaction, so whatever dies in between goes on where it was.
 */
// biome-ignore lint/suspicious/noExplicitAny: a list of jobs with different inputs
export function resealJobs(parts: ResealParts): readonly Job<any>[] {
  return [fanOutJob(parts), resealJob(parts)]
}

/** Moves a rotation on as far as it can go now; whoever calls it, each step is taken once. */
export async function moveRotation(parts: ResealParts, keys: readonly StoredRingKey[]): Promise<void> {
  const { clock, settings, database, store, jobs } = parts
  const now = clock.now()
  const current = keys.find((key) => key.active_at <= now)
  if (current === undefined || current.resealed_at !== null) return
  const { id } = current
  if (current.reseal_started_at === null) {
    if (now.getTime() < current.active_at.getTime() + settings.resealAfterMs) return
    await database.transaction(INSTALLATION, async (uow) => {
      if (await store.mark(uow, id, 'reseal_started_at', now)) await jobs.enqueue(uow, FAN_OUT, { keyId: id })
    })
  } else if (current.fanned_out_at !== null) {
    const { tenants, done } = await store.state(id)
    if (done === tenants) await database.transaction(INSTALLATION, (uow) => store.mark(uow, id, 'resealed_at', now))
  }
}

function fanOutJob({ database, tenants, jobs, store, clock }: ResealParts): Job<FanOut> {
  const give = (tenantId: string, keyId: string) =>
    database.transaction(tenantId, async (uow) => {
      await uow
        .trx('parley.reseal_progress')
        .insert({ tenant_id: tenantId, key_id: keyId, updated_at: clock.now() })
        .onConflict(['tenant_id', 'key_id'])
        .merge({ done_at: null })
      await jobs.enqueue(uow, RESEAL, { keyId }, { key: keyId })
    })
  return {
    id: FAN_OUT,
    input: Joi.object<FanOut>({ keyId: Joi.string().required(), after: Joi.string().uuid() }),
    async run({ keyId, after }, uow) {
      if (after === undefined) await give(INSTALLATION, keyId)
      const page = await tenants.list(after === undefined ? { limit: PAGE } : { after, limit: PAGE })
      for (const { id } of page) await give(id, keyId)
      const last = page.at(-1)
      if (page.length === PAGE && last !== undefined) await jobs.enqueue(uow, FAN_OUT, { keyId, after: last.id })
      else await store.mark(uow, keyId, 'fanned_out_at', clock.now())
    },
  }
}

function resealJob({ ring, jobs, settings, clock }: ResealParts): Job<Reseal> {
  return {
    id: RESEAL,
    input: Joi.object<Reseal>({
      keyId: Joi.string().required(),
      from: Joi.object({
        table: Joi.string().required(),
        column: Joi.string().required(),
        after: Joi.string().allow(null).required(),
      }),
    }),
    async run({ keyId, from }, uow) {
      // A process that was asleep does not know the key yet; by the next try it does.
      if (!ring.has(keyId)) throw new ParleyError('secrets.unknown-key', `the key "${keyId}" is not known here yet`)
      const { resealed, unreadable, next } = await resealBatch(uow, ring, settings.resealBatch, from)
      if (next !== undefined) await jobs.enqueue(uow, RESEAL, { keyId, from: next }, { key: keyId })
      await progress(uow, keyId, { resealed, unreadable }, { now: clock.now(), done: next === undefined })
    },
  }
}

async function progress(
  { trx, tenantId }: UnitOfWork,
  keyId: string,
  { resealed, unreadable }: { resealed: number; unreadable: number },
  { now, done }: { now: Date; done: boolean },
): Promise<void> {
  await trx('parley.reseal_progress')
    .where({ tenant_id: tenantId, key_id: keyId })
    .update({
      resealed: trx.raw('resealed + ?', [resealed]),
      unreadable: trx.raw('unreadable + ?', [unreadable]),
      updated_at: now,
      ...(done ? { done_at: now } : {}),
    })
}
