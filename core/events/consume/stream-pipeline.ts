import { type Observable, Subject, type Subscription } from 'rxjs'
import { ParleyError } from '../../plugin/errors.ts'
import type { EventStream, StreamDelivery } from '../../plugin/handler.ts'
import type { DeliverySpan, Tracing } from '../../telemetry/tracing.ts'
import type { Outstanding } from './stream-ledger.ts'

export interface PipelineEvents {
  readonly onAck: (event: Outstanding) => void
  readonly onNack: (event: Outstanding, error: Error, delayMs: number | undefined) => void
  /** The pipeline is dead. `culprit`: the event it was being handed, when that is known. */
  readonly onBroken: (error: unknown, culprit: Outstanding | undefined) => void
}

/**
 * One life of a plugin's Observable. Ends by an error (its own, or thrown while it was handed an event), by completing,
 * or by `close`; then another one is made. Acks of a life that ended are not heard.
 */
export class StreamPipeline {
  readonly #events: PipelineEvents
  readonly #source = new Subject<StreamDelivery>()
  readonly #abort = new AbortController()
  readonly #name: string
  readonly #tracing: Tracing
  /** Of deliveries that are out; none while nothing is traced. */
  readonly #spans = new Map<Outstanding, DeliverySpan>()
  #subscription: Subscription | undefined
  #emitting: Outstanding | undefined
  #over = false
  #closing = false

  constructor(name: string, stream: EventStream, events: PipelineEvents, tracing: Tracing) {
    this.#name = name
    this.#tracing = tracing
    this.#events = events
    try {
      this.#subscribe(stream.pipe(this.#source.asObservable()))
    } catch (error) {
      this.#broken(error)
    }
  }

  /** Hands an event over. */
  emit(event: Outstanding): void {
    if (this.#over) return
    this.#emitting = event
    try {
      this.#hand(event)
    } finally {
      this.#emitting = undefined
    }
  }

  #hand(event: Outstanding): void {
    const span = this.#tracing.deliver(this.#name, event)
    if (span === undefined) {
      this.#source.next(this.#delivery(event))
      return
    }
    this.#spans.set(event, span)
    event.onRecall = () => this.#ended(event)
    span.run(() => this.#source.next(this.#delivery(event)))
  }

  #ended(event: Outstanding, error?: unknown): void {
    this.#spans.get(event)?.end(error)
    this.#spans.delete(event)
  }

  /** Nothing more will come: operators that hold something back let it go. */
  complete(): void {
    this.#closing = true
    this.#source.complete()
  }

  /** Ends it here and now; its deliveries' signals abort. */
  close(): void {
    this.#over = true
    this.#subscription?.unsubscribe()
    this.#abort.abort()
    for (const event of [...this.#spans.keys()]) this.#ended(event)
  }

  #subscribe(piped: Observable<unknown>): void {
    this.#subscription = piped.subscribe({
      error: (error: unknown) => this.#broken(error),
      complete: () => {
        if (!this.#closing) {
          this.#broken(new ParleyError('stream.completed', `${this.#name} completed; a stream runs for ever.`))
        }
      },
    })
  }

  #broken(error: unknown): void {
    if (this.#over) return
    this.#over = true
    const culprit = this.#emitting
    // Deferred: it may happen in the constructor, or deep inside an emission.
    queueMicrotask(() => {
      this.#events.onBroken(error, culprit)
      this.close()
    })
  }

  #delivery(event: Outstanding): StreamDelivery {
    const { position, attempt } = event
    const life = this.#abort.signal
    let signal: AbortSignal | undefined
    return {
      event: event.event,
      position,
      attempt,
      // Made when first looked at: most deliveries are acked without.
      get signal() {
        if (signal !== undefined) return signal
        const recalled = new AbortController()
        const ended = event.onRecall
        event.onRecall = () => {
          ended?.()
          recalled.abort(recall())
        }
        if (event.recalled === true) event.onRecall()
        signal = AbortSignal.any([life, recalled.signal])
        return signal
      },
      ack: () => {
        if (life.aborted) return
        this.#ended(event)
        this.#events.onAck(event)
      },
      nack: (error, options) => {
        if (life.aborted) return
        this.#ended(event, error)
        this.#events.onNack(event, error, options?.delayMs)
      },
      run: this.#spans.get(event)?.run ?? directly,
    }
  }
}

function directly<T>(work: () => T): T {
  return work()
}

function recall(): ParleyError {
  return new ParleyError(
    'stream.recalled',
    'This event was taken back: an earlier one of its key failed, or its partition went to another process.',
  )
}
