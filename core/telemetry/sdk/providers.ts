import { type Attributes, context, type Histogram, metrics, type Span, type Tracer, trace } from '@opentelemetry/api'
import * as names from './names.ts'
import { errorType, failed, isTraced, secondsSince } from './spans.ts'

/** Makes what a plugin offers, with its calls as spans and durations: `whatsapp send`. */
export function providerTracer(tracer: Tracer): <T>(pluginId: string, port: string, value: T) => T {
  const duration = metrics.getMeter('parley').createHistogram('parley.provider.operation.duration', {
    unit: 's',
    description: 'Calls of what adapters offer, by port and operation.',
    advice: { explicitBucketBoundaries: names.SECONDS },
  })
  return (pluginId, port, value) =>
    value instanceof Object ? dressed(value, new ProviderCalls(tracer, duration, pluginId, port)) : value
}

/** The same object, whose methods are called through `calls`; everything else of it is untouched. */
function dressed<T extends object>(value: T, calls: ProviderCalls): T {
  const methods = new Map<PropertyKey, unknown>()
  return new Proxy(value, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function' || typeof name !== 'string') return member
      const known = methods.get(name)
      if (known !== undefined) return known
      const method = (...args: unknown[]) => calls.run(name, () => Reflect.apply(member, target, args))
      methods.set(name, method)
      return method
    },
  })
}

class ProviderCalls {
  readonly #tracer: Tracer
  readonly #duration: Histogram
  readonly #pluginId: string
  readonly #port: string

  constructor(tracer: Tracer, duration: Histogram, pluginId: string, port: string) {
    this.#tracer = tracer
    this.#duration = duration
    this.#pluginId = pluginId
    this.#port = port
  }

  /** What answers at once asked nobody outside, and has no duration worth keeping. */
  run(operation: string, work: () => unknown): unknown {
    const attributes = { [names.PLUGIN]: this.#pluginId, 'parley.port': this.#port, 'parley.operation': operation }
    const span = isTraced() ? this.#tracer.startSpan(`${this.#pluginId} ${operation}`, { attributes }) : undefined
    const started = performance.now()
    const answer = span === undefined ? work() : context.with(trace.setSpan(context.active(), span), work)
    if (!(answer instanceof Promise)) {
      span?.end()
      return answer
    }
    return answer.then(
      (result) => {
        this.#ended(span, started, attributes, refusalOf(result))
        return result
      },
      (error) => {
        this.#ended(span, started, attributes, errorType(error))
        throw error
      },
    )
  }

  #ended(span: Span | undefined, started: number, attributes: Attributes, reason: string | undefined): void {
    const outcome = reason === undefined ? {} : { 'error.type': reason }
    this.#duration.record(secondsSince(started), { ...attributes, ...outcome })
    if (span === undefined) return
    if (reason !== undefined) failed(span, Object.assign(new Error(), { code: reason }))
    span.end()
  }
}

/** The kind of an outcome that is a value: `throttled`, `timeout`. Contracts have few of them. */
function refusalOf(result: unknown): string | undefined {
  if (!(result instanceof Object) || !('ok' in result) || result.ok !== false) return undefined
  if ('failure' in result && typeof result.failure === 'string') return result.failure
  return 'reason' in result && typeof result.reason === 'string' ? result.reason : '_OTHER'
}
