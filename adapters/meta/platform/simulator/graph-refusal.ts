import type { VendorReply } from '@parley/core/testing/vendor'

/** Meta's words for the codes that the simulator uses, and the HTTP status they come with. */
const WORDS: ReadonlyMap<string, readonly [status: number, message: string]> = new Map([
  ['2', [500, 'An unexpected error has occurred. Please retry your request later.']],
  ['4', [400, 'Application request limit reached']],
  ['10', [403, 'Application does not have permission for this action']],
  ['10/2018278', [400, 'This message is sent outside of allowed window.']],
  ['10/2534022', [400, 'This message is sent outside of allowed window.']],
  ['100', [400, 'Invalid parameter']],
  ['100/33', [400, 'Unsupported get request. Object does not exist or cannot be loaded']],
  ['100/2018001', [400, 'No matching user found']],
  ['190', [401, 'Invalid OAuth access token.']],
  ['190/463', [401, 'Error validating access token: Session has expired.']],
  ['230', [403, 'User consent is required to access user profile']],
  ['551/1545041', [400, "This person isn't available right now."]],
  ['613', [400, 'Calls to this API have exceeded the rate limit.']],
  ['1200', [500, 'Temporary send message failure. Please try again later.']],
])

/** Why the simulated platform refuses. */
export interface Refusal {
  readonly code: number
  readonly subcode?: number
  readonly details?: string
}

export function refusal(code: number, details?: string, subcode?: number): Refusal {
  return { code, ...(details === undefined ? {} : { details }), ...(subcode === undefined ? {} : { subcode }) }
}

/** The error body of the platform. */
export function graphRefusal(problem: Refusal, status?: number, headers: Record<string, string> = {}): VendorReply {
  const exact = problem.subcode === undefined ? undefined : WORDS.get(`${problem.code}/${problem.subcode}`)
  const [usual, words] = exact ?? WORDS.get(String(problem.code)) ?? [400, 'Unknown error']
  return {
    status: status ?? usual,
    headers,
    body: {
      error: {
        message: `(#${problem.code}) ${problem.details ?? words}`,
        type: problem.code === 190 ? 'OAuthException' : 'GraphMethodException',
        code: problem.code,
        ...(problem.subcode === undefined ? {} : { error_subcode: problem.subcode }),
        fbtrace_id: 'SimulatedTrace00000000',
      },
    },
  }
}
