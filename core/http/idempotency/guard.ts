import { createHash } from 'node:crypto'
import type { Reply, Route, RouteRequest } from '../../plugin/route.ts'
import { PROBLEM_TYPE, type ProblemFacts, problemDocument, problemFactsOf } from '../answer/problem.ts'
import { Refused } from '../answer/refused.ts'
import { isRawBody } from '../answer/send.ts'
import type { HttpSettings } from '../settings.ts'
import type { IdempotencyScope, IdempotencyStore, StoredAnswer } from './store.ts'

/** Visible ASCII, as in draft-ietf-httpapi-idempotency-key-header; the quotes of a structured string are taken as part of it. */
const KEY = /^[\x21-\x7e]{1,255}$/

/** True for routes whose answers are remembered by key. */
export function isIdempotent(route: Route): boolean {
  return route.idempotent ?? (route.method === 'POST' && !('public' in route.access))
}

/** What a repeat is compared by. */
export interface Written {
  readonly path: string
  readonly query: unknown
  readonly payload: unknown
}

export interface GuardedCall {
  readonly route: Route
  readonly request: RouteRequest
  readonly path: string
  readonly run: () => Promise<Reply>
}

export type IdempotencyGuard = (call: GuardedCall) => Promise<Reply>

/** Runs a write once per `Idempotency-Key`; without the header it just runs. See {@link IdempotencyStore} for what is guaranteed. */
export function idempotencyGuard(
  store: IdempotencyStore | undefined,
  settings: HttpSettings['idempotency'],
): IdempotencyGuard {
  return async ({ route, request, path, run }) => {
    const key = keyOf(request.headers['idempotency-key'])
    if (key === undefined || request.actor === undefined) return run()
    if (store === undefined) throw new Refused(UNSUPPORTED)
    const { actor } = request
    const scope = { tenantId: actor.tenantId, actor: `${actor.kind}:${actor.id}`, route: route.id, key }
    const claim = await store.claim(scope, hashOf({ path, query: request.query, payload: request.payload }), settings)
    if (claim.state === 'done') return replay(claim.answer)
    if (claim.state === 'other-request') throw new Refused(OTHER_REQUEST)
    if (claim.state === 'in-flight') throw new Refused(inFlight(claim.retryAfterSeconds))
    return runAndRecord(store, scope, claim.attempt, { request, path, run })
  }
}

/** Server errors and "come back later" are not kept: the same key may try again. Neither is raw content, which may be a stream. */
async function runAndRecord(
  store: IdempotencyStore,
  scope: IdempotencyScope,
  attempt: string,
  call: Pick<GuardedCall, 'request' | 'path' | 'run'>,
): Promise<Reply> {
  let reply: Reply
  try {
    reply = await call.run()
  } catch (error) {
    await settle(call.request, () => store.release(scope, attempt))
    throw error
  }
  const passing = reply.status >= 500 || reply.status === 429 || isRawBody(reply.body)
  await settle(call.request, () =>
    passing ? store.release(scope, attempt) : store.complete(scope, attempt, answerOf(reply, call)),
  )
  return reply
}

/**
 * The work is done (or has failed) by now, and the caller must hear that, even when its record cannot be written: a 503
 * would ask for the work to be repeated. The key then stays in flight until its lease ends.
 */
async function settle(request: RouteRequest, record: () => Promise<void>): Promise<void> {
  try {
    await record()
  } catch (error) {
    request.log.warn({ error }, 'the answer to an Idempotency-Key could not be recorded')
  }
}

function answerOf(reply: Reply, { request, path }: Pick<GuardedCall, 'request' | 'path'>): StoredAnswer {
  const facts = problemFactsOf(reply)
  const body = facts === undefined ? reply.body : problemDocument(facts, request.requestId, path)
  return {
    status: reply.status,
    headers: reply.headers ?? {},
    body: body === undefined ? null : JSON.stringify(body),
    contentType: body === undefined ? null : facts === undefined ? 'application/json' : PROBLEM_TYPE,
  }
}

function replay(answer: StoredAnswer): Reply {
  const headers = { ...answer.headers, 'idempotency-replayed': 'true' }
  if (answer.body === null || answer.contentType === null) return { status: answer.status, headers }
  const body = { $$type: 'parley.raw-body', content: answer.body, contentType: answer.contentType }
  return { status: answer.status, headers, body }
}

function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && KEY.test(header)) return header
  throw new Refused({
    status: 400,
    code: 'request.invalid',
    detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters.',
    extra: { errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }] },
  })
}

/** SHA-256 over path, query and body; fields in any order are the same request, files count by their bytes. */
export function hashOf(written: Written): string {
  return sha256(JSON.stringify(canonical([written.path, written.query, written.payload])))
}

function canonical(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { sha256: sha256(value) }
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { fields: fields.map(([name, field]) => [name, canonical(field)]) }
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

const UNSUPPORTED: ProblemFacts = {
  status: 400,
  code: 'idempotency.unsupported',
  detail: 'This server keeps no idempotency keys; send the request without the header.',
}

const OTHER_REQUEST: ProblemFacts = {
  status: 422,
  code: 'idempotency.key-reused',
  detail: 'This Idempotency-Key was used for another request. Take a new key for a new request.',
}

const inFlight = (seconds: number): ProblemFacts => ({
  status: 409,
  code: 'idempotency.in-flight',
  detail: 'A request with this Idempotency-Key is still running.',
  headers: { 'retry-after': String(seconds) },
})
