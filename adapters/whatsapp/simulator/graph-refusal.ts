import type { VendorReply } from '@parley/core/testing/vendor'

/** Meta's words for the codes that the simulator uses, and the HTTP status they come with. */
const WORDS: ReadonlyMap<number, readonly [status: number, message: string]> = new Map([
  [2, [500, 'Service temporarily unavailable']],
  [4, [400, 'Application request limit reached']],
  [10, [403, 'Application does not have permission for this action']],
  [33, [400, 'Parameter value is not valid']],
  [100, [400, 'Invalid parameter']],
  [190, [401, 'Error validating access token']],
  [80007, [400, 'Rate limit issues']],
  [130429, [400, 'Rate limit hit']],
  [130472, [400, "User's number is part of an experiment"]],
  [131000, [500, 'Something went wrong']],
  [131008, [400, 'Required parameter is missing']],
  [131009, [400, 'Parameter value is not valid']],
  [131016, [500, 'Service unavailable']],
  [131021, [400, 'Recipient cannot be sender']],
  [131026, [400, 'Message undeliverable']],
  [131031, [403, 'Account has been locked']],
  [131047, [400, 'Re-engagement message']],
  [131050, [400, 'User has stopped receipt of marketing messages']],
  [131052, [400, 'Media download error']],
  [131053, [400, 'Media upload error']],
  [131056, [400, '(Business Account, Consumer Account) pair rate limit hit']],
  [132000, [400, 'Number of parameters does not match the expected number of params']],
  [132001, [404, 'Template name does not exist in the translation']],
  [132012, [400, 'Parameter format does not match format in the created template']],
  [132015, [400, 'Template is paused']],
  [132016, [400, 'Template is disabled']],
])

/** Why the simulated Graph refuses. */
export interface Refusal {
  readonly code: number
  readonly details: string
  readonly subcode?: number
}

export function refusal(code: number, details: string, subcode?: number): Refusal {
  return subcode === undefined ? { code, details } : { code, details, subcode }
}

/** The error body of the Graph API. */
export function graphRefusal(problem: Refusal, status?: number, headers: Record<string, string> = {}): VendorReply {
  const [usual, words] = WORDS.get(problem.code) ?? [400, 'Unknown error']
  return {
    status: status ?? usual,
    headers,
    body: {
      error: {
        message: `(#${problem.code}) ${words}`,
        type: 'OAuthException',
        code: problem.code,
        ...(problem.subcode === undefined ? {} : { error_subcode: problem.subcode }),
        error_data: { messaging_product: 'whatsapp', details: problem.details },
        fbtrace_id: 'SimulatedTrace00000000',
      },
    },
  }
}

/** An error as it stands in a `failed` status. */
export function statusError(problem: Refusal): Readonly<Record<string, unknown>> {
  const title = WORDS.get(problem.code)?.[1] ?? 'Unknown error'
  const href = 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/'
  return { code: problem.code, title, message: title, error_data: { details: problem.details }, href }
}
