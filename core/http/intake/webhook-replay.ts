import { type Result, refuse } from '../../plugin/result.ts'
import { attempt } from './attempt.ts'
import { type IntakeParts, routeParsed, storeRouted } from './take-in.ts'
import type { KeptWebhook, WebhookLog } from './webhook-log.ts'

export type ReplayRefusal = 'not-found' | 'adapter-not-running' | 'endpoint-gone' | 'malformed'

/** What a replay brought: elements by what became of them. */
export interface Replayed {
  readonly stored: number
  readonly duplicates: number
  readonly unrouted: number
  readonly passedOver: number
  readonly unknown: number
}

/**
 * Takes a kept call in again: after an adapter learned to read more, after an account was connected, after a plugin was
 * switched on. It was verified when it came, and its signature was not kept, so it is not verified again. What had been
 * stored is a duplicate by its dedupe key. The call is not logged a second time.
 */
export class WebhookReplay {
  readonly #parts: IntakeParts
  readonly #log: WebhookLog

  constructor(parts: IntakeParts, log: WebhookLog) {
    this.#parts = parts
    this.#log = log
  }

  /** @param tenantId whose calls may be replayed; `null` for all. Throws UnavailableError. */
  async replay(id: string, tenantId: string | null): Promise<Result<Replayed, ReplayRefusal>> {
    const kept = await this.#log.find(id, tenantId)
    return kept === undefined ? refuse('not-found', `There is no kept webhook ${id}.`) : this.#takeIn(kept)
  }

  async #takeIn(kept: KeptWebhook): Promise<Result<Replayed, ReplayRefusal>> {
    const { adapters, directory } = this.#parts
    const adapter = adapters.receiver(kept.adapter)
    if (adapter?.state !== 'running')
      return refuse('adapter-not-running', `The adapter "${kept.adapter}" is not running here.`, true)
    const endpoint = await directory.endpoint(kept.endpointId)
    if (endpoint === undefined) return refuse('endpoint-gone', `The endpoint ${kept.endpointId} is gone.`)
    const { body, headers, receivedAt } = kept
    const request = { method: 'POST' as const, body, headers, query: {}, url: '', receivedAt }
    const parsed = attempt(kept.adapter, 'parse', () => adapter.receiver.parse(request))
    if (!parsed.ok) return refuse('malformed', `${parsed.field}: ${parsed.detail}`)
    const routed = await routeParsed(this.#parts, adapter, endpoint, parsed, receivedAt)
    const results = await storeRouted(this.#parts, kept.adapter, routed, receivedAt)
    const stored = results.filter((result) => result === 'stored').length
    if (stored > 0 || routed.outcome !== kept.outcome)
      await this.#log.replayed(kept.id, { outcome: routed.outcome, stored, at: this.#parts.clock.now() })
    return {
      ok: true,
      stored,
      duplicates: results.length - stored,
      unrouted: routed.unrouted,
      passedOver: routed.passedOver,
      unknown: parsed.unknown,
    }
  }
}
