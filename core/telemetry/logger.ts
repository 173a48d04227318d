import { type DestinationStream, pino } from 'pino'
import type { Logger } from '../plugin/services.ts'
import { redact } from '../secrets/redaction.ts'

/**
 * JSON lines on stdout, or on `destination`; `time` is ISO 8601. Fields that hold secrets are masked by name at any depth;
 * an error keeps its name, code, stack and causes.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service: 'parley' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        bindings: (fields) => redact(fields) as Record<string, unknown>,
        log: (fields) => redact(fields) as Record<string, unknown>,
      },
    },
    ...(destination === undefined ? [] : [destination]),
  )
}
