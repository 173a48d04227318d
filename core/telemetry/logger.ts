import { type DestinationStream, pino } from 'pino'
import type { Logger } from '../plugin/services.ts'
import { redact } from '../secrets/redaction.ts'

/**
 * JSON lines on stdout, or on `destination`; `time` is ISO 8601. Fields that hold secrets are masked by name at any depth,
 * a child's too; an error keeps its name, code, stack and causes.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const root = pino(
    {
      level,
      base: { service: 'parley' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redacted },
    },
    ...(destination === undefined ? [] : [destination]),
  )
  return redacting(root)
}

/** pino writes a child's fields as they are given, whatever its formatters say; so they are masked on the way in. */
function redacting(logger: Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => redacting(logger.child(redacted(fields))),
  }
}

function redacted(fields: object): Record<string, unknown> {
  return redact(fields) as Record<string, unknown>
}
