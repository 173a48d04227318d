import type { VendorReply } from '@parley/core/testing/vendor'

/** Twilio's words for the codes that the simulator uses, and the HTTP status they come with. */
const WORDS: ReadonlyMap<number, readonly [status: number, message: string]> = new Map([
  [14103, [400, 'The message body exceeds the 1600 character limit.']],
  [20003, [401, 'Authenticate']],
  [20404, [404, 'The requested resource was not found']],
  [20429, [429, 'Too Many Requests']],
  [20500, [500, 'Internal Server Error']],
  [20503, [503, 'Service is unavailable. Please try again.']],
  [21211, [400, "The 'To' number is not a valid phone number."]],
  [21602, [400, 'Message body is required.']],
  [21603, [400, "A 'From' phone number or a 'MessagingServiceSid' is required."]],
  [21606, [400, "The 'From' number is not a valid, message-capable Twilio number for this destination."]],
  [21610, [400, 'Attempt to send to unsubscribed recipient']],
  [21614, [400, "'To' number is not a valid mobile number"]],
  [21620, [400, 'Invalid media URL(s)']],
  [21655, [400, 'The ContentSid is Invalid']],
  [63016, [400, 'Failed to send freeform message because you are outside the allowed window.']],
])

/** `{ code, message, more_info, status }` */
export function refusal(code: number, options: { status?: number; retryAfterMs?: number } = {}): VendorReply {
  const [usual, message] = WORDS.get(code) ?? [400, 'Unknown error']
  const { status = usual, retryAfterMs } = options
  return {
    status,
    headers: retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  }
}
