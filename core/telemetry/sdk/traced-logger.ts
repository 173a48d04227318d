import { context, isSpanContextValid, trace } from '@opentelemetry/api'
import type { Logger } from '../../plugin/services.ts'

/** Lines say to which trace and span they belong, by the names that OpenTelemetry gives to both. */
export function tracedLogger(logger: Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(placed(fields), message),
    info: (fields, message) => logger.info(placed(fields), message),
    warn: (fields, message) => logger.warn(placed(fields), message),
    error: (fields, message) => logger.error(placed(fields), message),
    child: (fields) => tracedLogger(logger.child(fields)),
  }
}

function placed(fields: object): object {
  const spanContext = trace.getSpanContext(context.active())
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return fields
  return { ...fields, trace_id: spanContext.traceId, span_id: spanContext.spanId }
}
