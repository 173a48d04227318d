import { classifyBy } from '../../classify.ts'
import type { ErrorClass } from '../../refusal.ts'

const MINUTE = 60_000

/**
 * The Messenger Platform's codes, for Messenger and Instagram. Sources: Meta's "Common error codes" of the platform (March
 * 2026) and of the Graph API's page messages edge; Instagram's subcodes from public code of chatwoot and nyaruka/courier
 * (September 2026). A code that is not here is judged by its HTTP status.
 */
const CODES: ReadonlyMap<number, ErrorClass> = new Map<number, ErrorClass>([
  [4, { failure: 'throttled', retryAfterMs: MINUTE }], // calls of the app
  [17, { failure: 'throttled', retryAfterMs: MINUTE }], // calls of the user
  [32, { failure: 'throttled', retryAfterMs: MINUTE }], // calls of the page
  [613, { failure: 'throttled', retryAfterMs: 5_000 }],
  [80002, { failure: 'throttled', retryAfterMs: MINUTE }], // business use case: Instagram
  [80006, { failure: 'throttled', retryAfterMs: MINUTE }], // business use case: Messenger

  [1, { failure: 'retryable' }],
  [2, { failure: 'retryable' }],
  [1200, { failure: 'retryable' }], // temporary failure of the send

  [551, { failure: 'recipient' }], // not available: blocked, gone
  [10903, { failure: 'recipient' }], // cannot reply to this activity
  [230, { failure: 'recipient' }], // the person has not allowed it

  [100, { failure: 'content' }],
  [2022, { failure: 'content' }], // commerce messages are off

  [0, { failure: 'auth' }],
  [3, { failure: 'auth' }],
  [10, { failure: 'auth' }],
  [102, { failure: 'auth' }],
  [190, { failure: 'auth' }],
  [368, { failure: 'auth' }], // blocked for a policy violation
])

const SUBCODES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ['10/2018278', { failure: 'window' }],
  ['10/2018065', { failure: 'window' }],
  ['10/2534022', { failure: 'window' }], // Instagram
  ['10/2018108', { failure: 'recipient' }], // does not receive messages from us now
  ['200/1545041', { failure: 'recipient' }], // not available right now
  ['551/1545041', { failure: 'recipient' }],
  ['100/2018001', { failure: 'recipient' }], // no matching user
  ['100/2534014', { failure: 'recipient' }], // no such person, Instagram
  ['200/2018028', { failure: 'auth' }], // the app may write to its testers only
  ['100/2018008', { failure: 'retryable' }], // could not fetch the linked file
  ['100/2018294', { failure: 'retryable' }], // its upload took too long
  ['100/33', { failure: 'auth' }], // the page or account is not there for this token
])

export const classify = classifyBy(CODES, SUBCODES)
