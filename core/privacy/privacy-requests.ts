import type { Readable } from 'node:stream'
import type { Audit, AuditActor } from '../contracts/ports/audit.ts'
import type { ObjectStore } from '../contracts/ports/object-store.ts'
import type { JobQueue } from '../plugin/job.ts'
import { type Result, refuse } from '../plugin/result.ts'
import type { Clock } from '../plugin/services.ts'
import type { Database, UnitOfWork } from '../plugin/unit-of-work.ts'
import { INSTALLATION } from './holders.ts'
import { RUN } from './jobs.ts'
import type { ListFilter, PrivacyStore, RequestKind, RequestRow, StepRow } from './privacy-store.ts'
import type { Subject } from './traces.ts'

export interface RequestsParts {
  readonly database: Database
  readonly store: PrivacyStore
  readonly jobs: JobQueue
  readonly clock: Clock
  readonly audit: Audit
  /** Where exports lie; asked each time, as its adapter comes later and may leave. */
  readonly objects: () => ObjectStore | undefined
  readonly linkSeconds: number
}

export type RequestWithSteps = RequestRow & { readonly steps: readonly StepRow[] }

export type CreateRefusal = 'being-erased' | 'no-object-store'
export type LinkRefusal = 'not-found' | 'not-ready' | 'expired'

/** What may be asked for: a tenant asks about its customers, the installation (nil UUID) about members of staff. */
export class PrivacyRequests {
  readonly #parts: RequestsParts

  constructor(parts: RequestsParts) {
    this.#parts = parts
  }

  /** A second request for the same erasure, or export, is the first one while that is open. */
  create(
    tenantId: string,
    kind: RequestKind,
    subject: Subject,
    by: AuditActor,
  ): Promise<Result<{ request: RequestRow }, CreateRefusal>> {
    const { database, store, jobs, audit } = this.#parts
    return database.transaction(tenantId, async (uow) => {
      const open = (await store.list(uow, { status: 'open', subjectId: subject.id, limit: 10 })).filter(
        (one) => one.subject_kind === subject.kind,
      )
      const same = open.find((one) => one.kind === kind)
      if (same !== undefined) return { ok: true, request: same }
      if (kind === 'export' && open.length > 0) return refuse('being-erased', 'The person is being erased.')
      if (kind === 'export' && this.#parts.objects() === undefined)
        return refuse('no-object-store', 'No plugin provides an object store to put exports in.')
      const request = await store.create(uow, kind, subject, `${by.kind}:${by.id}`)
      await jobs.enqueue(uow, RUN, { requestId: request.id }, { key: request.id })
      const action = kind === 'erase' ? 'privacy.erasure-requested' : 'privacy.export-requested'
      await audit.record(uow, {
        ...{ action, actor: by, target: { kind: subject.kind, id: subject.id }, chain: chainOf(tenantId) },
      })
      return { ok: true, request }
    })
  }

  get(tenantId: string, id: string): Promise<RequestWithSteps | undefined> {
    const { database, store } = this.#parts
    return database.transaction(tenantId, async (uow) => {
      const found = await store.find(uow, id)
      return found === undefined ? undefined : { ...found, steps: await store.steps(uow, id) }
    })
  }

  /** Newest first. */
  list(tenantId: string, filter: ListFilter): Promise<readonly RequestRow[]> {
    const { database, store } = this.#parts
    return database.transaction(tenantId, (uow) => store.list(uow, filter))
  }

  /** A link that works for a short while; that it was asked for is written into the data-access log. */
  link(tenantId: string, id: string, by: AuditActor): Promise<Result<{ url: string; seconds: number }, LinkRefusal>> {
    const { database, store, audit, clock, linkSeconds } = this.#parts
    return database.transaction(tenantId, async (uow) => {
      const found = await store.find(uow, id)
      if (found?.kind !== 'export') return refuse('not-found', `There is no export ${id}.`)
      if (found.status !== 'done') return refuse('not-ready', `The export ${id} is ${found.status}.`)
      const url = await this.#url(uow, found)
      if (url === undefined || (found.expires_at ?? clock.now()) <= clock.now())
        return refuse('expired', 'The export has run out; ask for another.')
      const target = { kind: found.subject_kind, id: found.subject_id }
      await audit.access(uow, { action: 'privacy.export-fetched', actor: by, target, chain: chainOf(tenantId) })
      return { ok: true, url, seconds: linkSeconds }
    })
  }

  /** The archive itself, for whoever works on the machine; written into the data-access log too. */
  content(tenantId: string, id: string, by: AuditActor): Promise<Result<{ content: Readable }, LinkRefusal>> {
    const { database, store, audit, objects } = this.#parts
    return database.transaction(tenantId, async (uow) => {
      const found = await store.find(uow, id)
      const key = found?.object_key ?? undefined
      const object = key === undefined ? undefined : await objects()?.get(tenantId, key)
      if (found === undefined || object === undefined) return refuse('not-found', `There is no export ${id} to fetch.`)
      const target = { kind: found.subject_kind, id: found.subject_id }
      await audit.access(uow, { action: 'privacy.export-fetched', actor: by, target, chain: chainOf(tenantId) })
      return { ok: true, content: object.content }
    })
  }

  async #url({ tenantId }: UnitOfWork, { object_key: key, subject_id: id }: RequestRow): Promise<string | undefined> {
    const { objects, linkSeconds } = this.#parts
    if (key === null) return undefined
    return objects()?.link(tenantId, key, { ttlSeconds: linkSeconds, fileName: `personal-data-${id}.zip` })
  }
}

function chainOf(tenantId: string): 'tenant' | 'platform' {
  return tenantId === INSTALLATION ? 'platform' : 'tenant'
}
