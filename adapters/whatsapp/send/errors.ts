import { classifyBy } from '../../meta/classify.ts'
import type { ErrorClass } from '../../meta/refusal.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/**
 * Graph's error codes, and what each means for a send. Sources: Meta's "Cloud API error codes" as read by david-lev/pywa
 * (errors.py) and nyaruka/courier (whatsapp/api.go), August 2026. A code that is not here is judged by its HTTP status.
 */
export const ERROR_CLASSES: ReadonlyMap<number, ErrorClass> = new Map<number, ErrorClass>([
  // Limits: nothing is wrong with the message.
  [4, { failure: 'throttled', retryAfterMs: MINUTE }], // calls of the app
  [613, { failure: 'throttled', retryAfterMs: MINUTE }], // calls of the account
  [80007, { failure: 'throttled', retryAfterMs: MINUTE }], // calls of the WABA
  [130429, { failure: 'throttled', retryAfterMs: 1_000 }], // messages a second of the number
  [131048, { failure: 'throttled', retryAfterMs: HOUR }], // too many were blocked or reported as spam
  [131056, { failure: 'throttled', retryAfterMs: 6_000 }], // pair of number and person
  [131064, { failure: 'throttled', retryAfterMs: HOUR }], // limit after misclassified templates
  [131208, { failure: 'throttled', retryAfterMs: MINUTE }], // messages of a group
  [132069, { failure: 'throttled', retryAfterMs: HOUR }], // flow: ten an hour while it is unhealthy
  [133016, { failure: 'throttled', retryAfterMs: HOUR }], // registrations of the number

  // Passing faults of Meta.
  [1, { failure: 'retryable' }],
  [2, { failure: 'retryable' }],
  [131000, { failure: 'retryable' }],
  [131016, { failure: 'retryable' }],
  [131053, { failure: 'retryable' }], // Meta could not fetch the linked file
  [131057, { failure: 'retryable', retryAfterMs: 5 * MINUTE }], // maintenance, or an upgrade of throughput
  [133004, { failure: 'retryable' }],

  // The customer service window is closed.
  [131047, { failure: 'window' }],

  // This person.
  [130472, { failure: 'recipient' }], // in an experiment
  [130497, { failure: 'recipient' }], // in a country closed to this business
  [131021, { failure: 'recipient' }], // is the sender
  [131026, { failure: 'recipient' }], // undeliverable
  [131030, { failure: 'recipient' }], // not on a test number's list
  [131041, { failure: 'recipient' }], // no such group
  [131049, { failure: 'recipient' }], // Meta caps marketing per person
  [131050, { failure: 'recipient' }], // stopped marketing
  [131062, { failure: 'recipient' }], // BSUID not supported here
  [131207, { failure: 'recipient' }], // suspended group
  [137000, { failure: 'recipient' }], // identity key changed

  // The message.
  [100, { failure: 'content' }],
  [131008, { failure: 'content' }],
  [131009, { failure: 'content' }],
  [131051, { failure: 'content' }],
  [131052, { failure: 'content' }],
  [131063, { failure: 'content' }], // marketing templates are off for the Cloud API
  [132000, { failure: 'content' }], // count of parameters
  [132001, { failure: 'content' }], // no such template
  [132005, { failure: 'content' }],
  [132007, { failure: 'content' }],
  [132008, { failure: 'content' }],
  [132012, { failure: 'content' }],
  [132015, { failure: 'content' }], // paused
  [132016, { failure: 'content' }], // disabled
  [132068, { failure: 'content' }], // flow blocked
  [135000, { failure: 'content' }],

  // The account: nothing more can be sent until somebody mends it.
  [0, { failure: 'auth' }],
  [3, { failure: 'auth' }],
  [10, { failure: 'auth' }],
  [33, { failure: 'auth' }], // the number was deleted
  [190, { failure: 'auth' }],
  [368, { failure: 'auth' }], // blocked for a policy violation
  [131005, { failure: 'auth' }],
  [131031, { failure: 'auth' }], // locked
  [131037, { failure: 'auth' }], // display name not approved
  [131042, { failure: 'auth' }], // payment
  [131044, { failure: 'auth' }],
  [131045, { failure: 'auth' }], // certificate
  [133010, { failure: 'auth' }], // number not registered
])

export const classify = classifyBy(ERROR_CLASSES)
