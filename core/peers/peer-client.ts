import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { ParleyError, reasonOf, UnavailableError } from '../plugin/errors.ts'
import { newId } from '../plugin/new-id.ts'
import type { Clock } from '../plugin/services.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import type { Peer } from './peer-store.ts'
import type { PeerSettings } from './settings.ts'
import { open, type PeerCall, plain, seal } from './wire.ts'

/** Where a peer takes calls. */
export const PEER_PATH = '/internal/peers/call'
/** The sealed answer beside a stream, which fills the body. */
export const ANSWER_HEADER = 'parley-answer'

/** The network's reasons for which a call cannot have arrived. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** What a call to another process came to. `away`: it did not arrive. */
export type Called = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly away: string }

/** Calls other processes. */
export class PeerClient {
  readonly #ring: KeyRing
  readonly #clock: Clock
  readonly #settings: PeerSettings

  constructor(options: { ring: KeyRing; clock: Clock; settings: PeerSettings }) {
    this.#ring = options.ring
    this.#clock = options.clock
    this.#settings = options.settings
  }

  /** @throws ParleyError `peer.failed`, `peer.lost`: whether it was done is not known; or as `signal` says. */
  async call(peer: Peer, call: PeerCall, signal: AbortSignal | undefined): Promise<Called> {
    const id = newId()
    const at = this.#clock.now().toISOString()
    const sealed = seal(this.#ring, plain({ ...call, at }), { peer: peer.id, call: id, direction: 'call' })
    const deadline = AbortSignal.timeout(this.#settings.callMs)
    const answer = await this.#post(peer, { id, sealed }, AbortSignal.any([deadline, ...(signal ? [signal] : [])]))
    if (answer instanceof Error) return { ok: false, away: reasonOf(answer) }
    if (answer.status === 404) {
      await answer.body?.cancel()
      return { ok: false, away: 'it does not run there any more' }
    }
    if (answer.status !== 200) throw new ParleyError('peer.failed', await whyNot(answer, peer))
    const beside = answer.headers.get(ANSWER_HEADER)
    const text = beside ?? (await answer.text())
    const value = open<unknown>(this.#ring, text, { peer: peer.id, call: id, direction: 'answer' })
    return { ok: true, value: beside === null ? value : withContent(value, answer) }
  }

  async #post(peer: Peer, body: object, signal: AbortSignal): Promise<Response | Error> {
    try {
      return await fetch(new URL(PEER_PATH, peer.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal,
      })
    } catch (error) {
      const { cause } = error as { cause?: NodeJS.ErrnoException }
      if (cause?.code !== undefined && NEVER_SENT.has(cause.code)) return cause
      if (signal.aborted) throw error
      throw new ParleyError('peer.lost', `The connection to the process at ${peer.url} broke during a call.`, {
        cause: error,
      })
    }
  }
}

async function whyNot(answer: Response, peer: Peer): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string }
  return `The process at ${peer.url} answered ${answer.status}: ${body.code ?? 'no code'}: ${body.detail ?? ''}`
}

function withContent(value: unknown, answer: Response): unknown {
  const { body } = answer
  return { ...(value as object), content: body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream) }
}

/** When none of those who offer something could be reached. */
export function nobodyThere(what: string, why: string): UnavailableError {
  return new UnavailableError('peer.away', `No process that runs ${what} can be reached: ${why}`)
}
