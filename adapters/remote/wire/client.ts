import { type Clock, Egress, type EgressFailure } from '@parley/core'
import type { Schema } from 'joi'
import type { RemoteSettings } from '../settings.ts'
import { Circuits } from './circuits.ts'
import { problemSchema, type RemoteProblem } from './errors.ts'
import { type Prepared, prepareCall, type RemoteCall, type RemoteTarget } from './prepare-call.ts'
import { answerSchema } from './protocol.ts'
import { type Headers, ID_HEADER, isSigned } from './signature.ts'
import { UnderWay } from './under-way.ts'

/**
 * - `done`: the remote did it, and signed that it did
 * - `refused`: the remote said why not, signed
 * - `unsigned`: somebody answered who need not be the remote
 * - `malformed`: signed, and not what the protocol says
 * - `not-sent`: no byte reached it · `lost`: it was written, and no whole answer came
 * - `circuit-open`: it has been away · `busy`: too many calls of it are under way; it was not called
 */
export type RemoteAnswer<T> =
  | { readonly outcome: 'done'; readonly data: T }
  | { readonly outcome: 'refused'; readonly status: number; readonly problem: RemoteProblem }
  | { readonly outcome: 'unsigned'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly outcome: 'malformed'; readonly field: string }
  | { readonly outcome: 'not-sent' | 'lost'; readonly code: string }
  | { readonly outcome: 'circuit-open' | 'busy'; readonly retryAfterMs: number }

/** Makes signed calls to remotes and believes signed answers only. Never repeats a call: that is the caller's to know. */
export class RemoteClient {
  readonly #egress: Egress
  readonly #clock: Clock
  readonly #settings: RemoteSettings
  readonly #circuits: Circuits
  readonly #underWay: UnderWay

  constructor(clock: Clock, settings: RemoteSettings) {
    const { circuitFailures: failures, circuitBaseMs: baseMs, circuitCapMs: capMs, maxRemotes: max } = settings
    this.#egress = new Egress(settings.egress)
    this.#clock = clock
    this.#settings = settings
    this.#circuits = new Circuits({ failures, baseMs, capMs, max })
    this.#underWay = new UnderWay(settings.maxCallsAtOnce)
  }

  isAway(url: string): boolean {
    return this.#circuits.isOpen(url, this.#clock.millis())
  }

  /** `schema`: what the answer's `data` must be. */
  async call<T>(target: RemoteTarget, call: RemoteCall, schema: Schema<T>): Promise<RemoteAnswer<T>> {
    const ready = this.#prepare(target, call)
    if (!ready.ready) return ready.answer
    const { url, id, request } = ready
    const answer = await this.#underWay
      .run(target.url, () => this.#egress.fetch(url, request))
      .catch((error) => aborted(error, call.signal))
    if (!answer.ok) return this.#failed(target, answer, call.signal)
    const signed =
      answer.headers[ID_HEADER] === id &&
      isSigned(answer.headers, answer.body, {
        secrets: target.secrets,
        now: this.#clock.millis(),
        toleranceSeconds: this.#settings.toleranceSeconds,
      })
    if (!signed) return this.#unsigned(target, answer)
    this.#circuits.answered(target.url)
    return read(answer.status, answer.body, schema)
  }

  /** Opens a file. Its bytes are not signed: they may be many, and the connection is the remote's. */
  async open(target: RemoteTarget, call: RemoteCall) {
    const ready = this.#prepare(target, call)
    if (!ready.ready) return ready.answer
    const answer = await this.#underWay
      .run(target.url, () => this.#egress.open(ready.url, ready.request))
      .catch((error) => aborted(error, call.signal))
    if (!answer.ok) return this.#failed(target, answer, call.signal)
    if (answer.status < 500) this.#circuits.answered(target.url)
    return { outcome: 'opened' as const, status: answer.status, headers: answer.headers, content: answer.content }
  }

  #prepare(target: RemoteTarget, call: RemoteCall): Prepared {
    const now = this.#clock.millis()
    const { allowHttp } = this.#settings
    const prepared = prepareCall(target, call, { now, allowHttp })
    if (!prepared.ready) return prepared
    if (this.#underWay.isFull(target.url))
      return { ready: false, answer: { outcome: 'busy', retryAfterMs: this.#settings.busyMs } }
    const retryAfterMs = this.#circuits.wait(target.url, now)
    return retryAfterMs === 0 ? prepared : { ready: false, answer: { outcome: 'circuit-open', retryAfterMs } }
  }

  /** Only what the remote may have caused counts against it: not a caller who gave up. */
  #failed(target: RemoteTarget, failure: EgressFailure, signal: AbortSignal | undefined) {
    const code = signal?.aborted === true ? 'aborted' : failure.reason
    if (failure.retryable && code !== 'aborted') this.#circuits.failed(target.url, this.#clock.millis())
    return { outcome: failure.written ? 'lost' : 'not-sent', code } as const
  }

  #unsigned(target: RemoteTarget, answer: { readonly status: number; readonly headers: Headers }) {
    if (answer.status >= 500) this.#circuits.failed(target.url, this.#clock.millis())
    const seconds = Number(answer.headers['retry-after'])
    const wait = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(seconds, 3_600) * 1000 } : {}
    return { outcome: 'unsigned', status: answer.status, ...wait } as const
  }
}

/** Told to stop: nobody knows how far it had come. */
function aborted(error: unknown, signal: AbortSignal | undefined): EgressFailure {
  if (signal?.aborted !== true) throw error
  return { ok: false, reason: 'unreachable', detail: 'Told to stop.', retryable: true, written: true }
}

function read<T>(status: number, body: Buffer, schema: Schema<T>): RemoteAnswer<T> {
  const json = parse(body)
  if (status >= 200 && status < 300) {
    const { value, error } = answerSchema(schema).validate(json, { stripUnknown: true })
    if (error === undefined) return { outcome: 'done', data: value.data as T }
    return { outcome: 'malformed', field: error.details[0]?.path.join('.') || 'body' }
  }
  const { value, error } = problemSchema.validate(json, { stripUnknown: true })
  if (error === undefined) return { outcome: 'refused', status, problem: value }
  return { outcome: 'malformed', field: error.details[0]?.path.join('.') || 'body' }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined // The schema then says that an object was expected.
  }
}
