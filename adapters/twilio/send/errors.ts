import type { SendFailure } from '@parley/core'

export interface ErrorClass {
  readonly failure: SendFailure
  /** How long to stay away, where Twilio's documents say. */
  readonly retryAfterMs?: number
}

const SECOND = 1_000
const MINUTE = 60 * SECOND

/**
 * Twilio's error codes, and what each means for a send. Source: Twilio's "Error and warning dictionary" and, for WhatsApp,
 * "Corresponding Twilio and WhatsApp error codes" (2026). A code that is not here is judged by its HTTP status.
 */
const CLASSES: ReadonlyMap<number, ErrorClass> = new Map<number, ErrorClass>([
  // Limits: nothing is wrong with the message.
  [14107, { failure: 'throttled', retryAfterMs: SECOND }], // messages a second
  [20429, { failure: 'throttled', retryAfterMs: SECOND }], // calls at once
  [21611, { failure: 'throttled', retryAfterMs: MINUTE }], // the sender's queue is full
  [30001, { failure: 'throttled', retryAfterMs: MINUTE }], // queue overflow
  [30022, { failure: 'throttled', retryAfterMs: MINUTE }], // A2P 10DLC rate
  [63018, { failure: 'throttled', retryAfterMs: MINUTE }], // WhatsApp's rate
  [63038, { failure: 'throttled', retryAfterMs: 60 * MINUTE }], // messages a day of the account

  // Passing faults.
  [20500, { failure: 'retryable' }],
  [20503, { failure: 'retryable' }],
  [21730, { failure: 'retryable', retryAfterMs: 5 * MINUTE }], // maintenance

  // WhatsApp's customer service window is closed.
  [63016, { failure: 'window' }],

  // This person.
  [21211, { failure: 'recipient' }], // no valid number
  [21214, { failure: 'recipient' }], // cannot be reached
  [21217, { failure: 'recipient' }],
  [21265, { failure: 'recipient' }], // a short code
  [21408, { failure: 'recipient' }], // region not permitted
  [21608, { failure: 'recipient' }], // trial account, number not verified
  [21610, { failure: 'recipient' }], // answered STOP
  [21612, { failure: 'recipient' }], // not reachable by this sender
  [21614, { failure: 'recipient' }], // no mobile number
  [30003, { failure: 'recipient' }], // unreachable handset
  [30004, { failure: 'recipient' }], // blocked
  [30005, { failure: 'recipient' }], // unknown handset
  [30006, { failure: 'recipient' }], // landline
  [63003, { failure: 'recipient' }], // no such WhatsApp user
  [63024, { failure: 'recipient' }], // invalid recipient
  [63032, { failure: 'recipient' }], // limited by WhatsApp
  [63033, { failure: 'recipient' }], // blocked the business

  // The message.
  [11751, { failure: 'content' }], // files too large
  [12300, { failure: 'content' }], // type of a file
  [14103, { failure: 'content' }], // longer than 1,600 characters
  [21602, { failure: 'content' }], // no body
  [21617, { failure: 'content' }], // too long
  [21620, { failure: 'content' }], // media URL
  [21623, { failure: 'content' }], // too many files
  [21655, { failure: 'content' }], // ContentSid
  [21656, { failure: 'content' }], // ContentVariables
  [30007, { failure: 'content' }], // filtered by a carrier
  [30019, { failure: 'content' }], // content size
  [63005, { failure: 'content' }],
  [63013, { failure: 'content' }], // against WhatsApp's policy
  [63019, { failure: 'content' }], // file could not be fetched
  [63021, { failure: 'content' }],
  [63027, { failure: 'content' }], // no such template
  [63028, { failure: 'content' }], // count of parameters
  [63034, { failure: 'content' }], // files too large

  // The account, or its sender.
  [10001, { failure: 'auth' }], // account not active
  [20003, { failure: 'auth' }],
  [20005, { failure: 'auth' }], // account not active
  [20008, { failure: 'auth' }], // test credentials
  [21212, { failure: 'auth' }], // sender is no number
  [21603, { failure: 'auth' }], // no sender
  [21606, { failure: 'auth' }], // sender not capable
  [21659, { failure: 'auth' }], // sender is not of this account
  [21660, { failure: 'auth' }],
  [21701, { failure: 'auth' }], // no such Messaging Service
  [21703, { failure: 'auth' }], // the service has no sender
  [30002, { failure: 'auth' }], // account suspended
  [30034, { failure: 'auth' }], // number not registered for A2P 10DLC
  [63007, { failure: 'auth' }], // no such WhatsApp sender
  [63020, { failure: 'auth' }], // payment
])

/**
 * Without a code nobody knows who spoke: a gateway's 5xx may hide an accepted message, so it is `unknown`; 429 and 503 refuse
 * before anything is done.
 */
export function classify(status: number, code: number | undefined): ErrorClass {
  const listed = code === undefined ? undefined : CLASSES.get(code)
  if (listed !== undefined) return listed
  if (status === 429) return { failure: 'throttled', retryAfterMs: SECOND }
  if (status === 503) return { failure: 'retryable' }
  if (status === 401 || status === 403) return { failure: 'auth' }
  if (status >= 500) return { failure: code === undefined ? 'unknown' : 'retryable' }
  return { failure: 'content' }
}
