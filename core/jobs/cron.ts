import { CronExpressionParser } from 'cron-parser'
import { ParleyError, reasonOf } from '../plugin/errors.ts'

/**
 * The first occurrence of a five-field cron expression, in UTC, that is later than `after`.
 *
 * @throws ParleyError `job.cron` for an expression that is not one
 */
export function nextOccurrence(expression: string, after: Date): Date {
  if (expression.trim().split(/\s+/).length !== 5) throw notCron(expression, 'it has not five fields')
  try {
    return CronExpressionParser.parse(expression, { tz: 'UTC', currentDate: after }).next().toDate()
  } catch (error) {
    throw notCron(expression, reasonOf(error))
  }
}

function notCron(expression: string, why: string): ParleyError {
  return new ParleyError(
    'job.cron',
    `"${expression}" is no cron expression (minute hour day month weekday, UTC): ${why}.`,
  )
}
