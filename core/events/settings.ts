import Joi from 'joi'

/** Every number of the event engine. Times are milliseconds unless the name says otherwise. */
export interface EventSettings {
  /** Partitions of a topic that is made now; existing topics keep theirs. */
  readonly partitions: number
  /** Most bytes of an event's data as JSON. Larger things go to the object store. */
  readonly maxEventBytes: number
  readonly ingest: {
    /** Events and webhook calls waiting for a flush; more are refused with 503. */
    readonly queue: number
    /** The same for one tenant, so that none can fill the queue. */
    readonly queuePerTenant: number
    /** Most events of one flush. */
    readonly batch: number
    readonly retryAfterSeconds: number
  }
  readonly read: {
    /** Most events of one read, hence of one serial transaction. */
    readonly window: number
    /** Newest events of a partition that are kept in memory, so that each is read once for all groups of a process. */
    readonly recent: number
    /** Look for new events at least this often while there is traffic … */
    readonly pollMs: number
    /** … and this often after a quiet while: NOTIFY and in-process wake-ups are what usually comes first. */
    readonly idlePollMs: number
    /** NOTIFYs are sent at most this often. */
    readonly notifyMs: number
    /** First pause after an outage, doubled up to `outageCapMs`. */
    readonly outageBaseMs: number
    readonly outageCapMs: number
  }
  readonly handler: {
    readonly batch: number
    readonly timeoutMs: number
    /** Transactions of one keyed handler side by side. */
    readonly keyedConcurrency: number
    /** Events a keyed handler holds in memory. */
    readonly keyedWindow: number
  }
  readonly stream: {
    readonly prefetch: number
    /** Acks are written at most this often. */
    readonly settleMs: number
    readonly restartBaseMs: number
    readonly restartCapMs: number
  }
  readonly retry: { readonly max: number; readonly baseMs: number; readonly capMs: number }
  readonly lanes: {
    /** Runs of one group side by side in this process, each for another tenant. */
    readonly concurrency: number
    /** Most lanes and events of one run. */
    readonly lanes: number
    readonly events: number
  }
  readonly fairness: {
    /** Events behind which nobody asks who waits. */
    readonly minBacklog: number
    /** How far, in offsets of a partition, it looks for other tenants. */
    readonly lookAhead: number
    /** Most events of one tenant in a window (or in hand) while others wait; the rest goes to lanes. */
    readonly perTenant: number
    /** Most events of one tenant that may wait in lanes for fairness' sake. */
    readonly maxParked: number
  }
  readonly lease: { readonly renewMs: number; readonly ttlMs: number }
  readonly carrier: {
    /** Most events of one send to the broker. */
    readonly relayBatch: number
    /** Pause of the relay after a small send. */
    readonly gatherMs: number
    /** Where a relay begins that has never run: at the log's end, or with all that the log still has. */
    readonly relayFrom: 'latest' | 'earliest'
    /** Delivered events of one partition, not yet read, at which its delivery is paused. */
    readonly buffer: number
    /** What the log has had for this long, and the broker did not deliver, is read from the log. */
    readonly patienceMs: number
    /** Longest that stopping waits for a send. */
    readonly stopMs: number
  }
  readonly retention: {
    /** Raw webhook envelopes. */
    readonly webhookDays: number
    /** Dedupe keys: a vendor's repeat after that would be stored again. */
    readonly dedupeDays: number
    /** Events; 0 keeps them for ever, which replay needs. */
    readonly logDays: number
    /** Age at which a segment of the log is closed and the next one opened. */
    readonly segmentDays: number
    /** Rows deleted by one statement. */
    readonly batch: number
  }
}

const count = (value: number) => Joi.number().integer().min(1).default(value)
const group = (keys: Joi.SchemaMap) => Joi.object(keys).default()

export const eventSettingsSchema: Joi.ObjectSchema<EventSettings> = Joi.object({
  partitions: count(32).max(1024),
  maxEventBytes: count(256 * 1024),
  ingest: group({
    queue: count(20_000),
    queuePerTenant: count(5_000),
    batch: count(500),
    retryAfterSeconds: count(1),
  }),
  read: group({
    window: count(500),
    recent: count(128),
    pollMs: count(100),
    idlePollMs: count(1_000),
    notifyMs: count(20),
    outageBaseMs: count(100),
    outageCapMs: count(5_000),
  }),
  handler: group({
    batch: count(200),
    timeoutMs: count(30_000),
    keyedConcurrency: count(4),
    keyedWindow: count(1_000),
  }),
  stream: group({
    prefetch: count(1_000),
    settleMs: Joi.number().integer().min(0).default(20),
    restartBaseMs: count(200),
    restartCapMs: count(30_000),
  }),
  retry: group({ max: count(8), baseMs: count(500), capMs: count(300_000) }),
  lanes: group({ concurrency: count(2), lanes: count(20), events: count(200) }),
  fairness: group({
    minBacklog: count(1_000),
    lookAhead: count(1_000),
    perTenant: count(100),
    maxParked: count(100_000),
  }),
  lease: group({ renewMs: count(1_000), ttlMs: count(6_000) }),
  carrier: group({
    relayBatch: count(500),
    gatherMs: count(10),
    relayFrom: Joi.valid('latest', 'earliest').default('latest'),
    buffer: count(500),
    patienceMs: count(2_000),
    stopMs: count(2_000),
  }),
  retention: group({
    webhookDays: count(14),
    dedupeDays: count(30),
    logDays: Joi.number().integer().min(0).default(0),
    segmentDays: count(30),
    batch: count(5_000),
  }),
})

/** All defaults; what a test or a config file names replaces them. @throws ValidationError naming the field */
export function eventSettings(given: object = {}): EventSettings {
  return Joi.attempt(given, eventSettingsSchema) as EventSettings
}
