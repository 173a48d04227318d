import Joi from 'joi'
import type { ObjectStore } from '../contracts/ports/object-store.ts'
import { ParleyError } from '../plugin/errors.ts'
import type { Job, JobQueue } from '../plugin/job.ts'
import type { Clock, Logger } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import { erasePerson } from './erase-person.ts'
import { exportPerson } from './export-person.ts'
import { faultOf } from './fault.ts'
import type { Holders } from './holders.ts'
import { keepAwake } from './keep-awake.ts'
import type { PrivacyStore, RequestRow } from './privacy-store.ts'
import type { PrivacySettings } from './settings.ts'

export interface PrivacyJobParts {
  readonly database: Database
  readonly holders: Holders
  readonly store: PrivacyStore
  readonly jobs: JobQueue
  readonly clock: Clock
  readonly log: Logger
  readonly objects: () => ObjectStore | undefined
  readonly settings: PrivacySettings
}

export const RUN = 'privacy-run'
const FORGET = 'privacy-forget-export'
const DAY_MS = 86_400_000
/** An export is given up after so many tries; whoever asked sees it, and asks again. */
const EXPORT_TRIES = 5

interface Run {
  readonly requestId: string
  readonly tries: number
}

/**
 * Runs requests. The job and the request's state are one transaction; the plugins' parts are transactions of their own, each
 * with its step, so whatever dies in between goes on where it was.
 */
// biome-ignore lint/suspicious/noExplicitAny: a list of jobs with different inputs
export function privacyJobs(parts: PrivacyJobParts): readonly Job<any>[] {
  return [runJob(parts), forgetJob(parts)]
}

function runJob(parts: PrivacyJobParts): Job<Run> {
  const { store, settings } = parts
  return {
    id: RUN,
    input: Joi.object<Run>({ requestId: Joi.string().uuid().required(), tries: Joi.number().integer().default(1) }),
    timeoutMs: settings.runMs,
    async run({ requestId, tries }, uow) {
      const row = await store.find(uow, requestId)
      if (row?.status !== 'open') return
      const isDone = await keepAwake(uow, () =>
        row.kind === 'erase' ? erase(parts, uow, row) : exported(parts, uow, row, tries),
      )
      if (isDone) return
      const pause = Math.min(settings.retryMs * 2 ** (tries - 1), settings.retryCapMs)
      const runAt = new Date(parts.clock.millis() + pause)
      await parts.jobs.enqueue(uow, RUN, { requestId, tries: tries + 1 }, { runAt, key: requestId })
    },
  }
}

async function erase(parts: PrivacyJobParts, uow: UnitOfWork, row: RequestRow): Promise<boolean> {
  const { store, clock } = parts
  await forgetExports(parts, uow, row)
  if (!(await erasePerson(parts, row))) return false
  await store.change(uow, row.id, { status: 'done', traces: null, finished_at: clock.now() })
  return true
}

/** Exports of the person that were made before are the person's data too. */
async function forgetExports(parts: PrivacyJobParts, uow: UnitOfWork, row: RequestRow): Promise<void> {
  const made = await parts.store.list(uow, { kind: 'export', subjectId: row.subject_id, limit: 1000 })
  for (const one of made) {
    await forgetExport(parts, uow, one)
    if (one.status === 'open')
      await parts.store.change(uow, one.id, { status: 'failed', finished_at: parts.clock.now() })
  }
}

async function forgetExport({ objects, store }: PrivacyJobParts, uow: UnitOfWork, row: RequestRow): Promise<void> {
  if (row.object_key === null) return
  const files = objects()
  if (files === undefined)
    throw new ParleyError('privacy.no-object-store', 'no object store runs; the export lies in one')
  await files.delete(uow.tenantId, row.object_key)
  await store.change(uow, row.id, { object_key: null })
}

async function exported(parts: PrivacyJobParts, uow: UnitOfWork, row: RequestRow, tries: number): Promise<boolean> {
  const { store, clock, settings, log } = parts
  const failed = async (fault: string) => {
    await store.step(uow, { request_id: row.id, scope: row.tenant_id, plugin: 'parley', fault })
    const isLast = tries >= EXPORT_TRIES || fault === 'too-large'
    if (isLast) await store.change(uow, row.id, { status: 'failed', finished_at: clock.now() })
    return isLast
  }
  const objects = parts.objects()
  if (objects === undefined) return failed('no object store runs')
  try {
    const made = await exportPerson({ ...parts, objects, maxBytes: settings.maxExportBytes }, row)
    if (!made.ok) return await failed(made.reason)
    const expires = new Date(clock.millis() + settings.exportKeepDays * DAY_MS)
    const { key, bytes } = made.object
    await store.change(uow, row.id, {
      ...{ status: 'done', object_key: key, bytes: String(bytes), expires_at: expires, finished_at: clock.now() },
    })
    await parts.jobs.enqueue(uow, FORGET, { requestId: row.id }, { runAt: expires, key: row.id })
    return true
  } catch (error) {
    const fault = faultOf(error)
    log.warn({ fault }, 'an export of a person could not be made')
    return failed(fault)
  }
}

function forgetJob(parts: PrivacyJobParts): Job<{ requestId: string }> {
  return {
    id: FORGET,
    input: Joi.object<{ requestId: string }>({ requestId: Joi.string().uuid().required() }),
    async run({ requestId }, uow) {
      const row = await parts.store.find(uow, requestId)
      if (row !== undefined) await forgetExport(parts, uow, row)
    },
  }
}
