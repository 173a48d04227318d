import { ParleyError } from '../plugin/errors.ts'

/** What stands in the queue for one job: ids, never what a customer said or is called. */
export interface StoredJob {
  readonly job: string
  /** Absent for the ticks of cron jobs. */
  readonly tenantId?: string
  readonly input: unknown
  /** When it is due, by the kernel's clock, in milliseconds since the epoch. */
  readonly due: number
  readonly correlationId?: string
  /** Of what queued it, where that was traced. */
  readonly traceparent?: string
  /** Of a tick: the expression that made it. */
  readonly cron?: string
}

/** All queues of Parley begin so. */
const prefix = 'parley.'

/** Where jobs end that failed for good. */
export const deadQueue = 'parley.dead-letters'

/** A plugin's jobs share a queue, so that a process without the plugin never takes them. */
export function queueOf(pluginId: string): string {
  return `${prefix}plugin.${pluginId}`
}

export function pluginOf(queue: string): string {
  return queue.slice(queueOf('').length)
}

/** One waiting job has it at a time. */
export function waitingKey(tenantId: string, job: string, key: string): string {
  return `${tenantId}/${job}/${key}`
}

/** Key of a cron job's next tick. */
export function tickKey(job: string): string {
  return `cron/${job}`
}

/** @throws ParleyError `job.input-too-large` */
export function assertSmall(pluginId: string, job: string, input: unknown, maxBytes: number): void {
  const bytes = Buffer.byteLength(JSON.stringify(input) ?? '')
  if (bytes <= maxBytes) return
  throw new ParleyError(
    'job.input-too-large',
    `Input of job ${pluginId}.${job} has ${bytes} bytes of JSON; at most ${maxBytes} are stored. Pass ids and read the rest when it runs.`,
  )
}
