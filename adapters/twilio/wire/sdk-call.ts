import { stringify } from 'node:querystring'
import twilio from 'twilio'
import type { TwilioAnswer, Wire } from './exchange.ts'
import { basicOf, placed } from './place.ts'

type Asked = Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0]
type Answered = Awaited<ReturnType<InstanceType<typeof twilio.RequestClient>['request']>>

export type TwilioClient = ReturnType<typeof twilio>

/**
 * The HTTP client that the SDK is given for one call: our sockets, our base URL and the caller's signal, which the SDK
 * itself has no place for. What came back is kept as it came, since the SDK's own error does not tell a call that was
 * never written from one whose answer was lost.
 */
export class SdkCall extends twilio.RequestClient {
  answer: TwilioAnswer = { outcome: 'not-sent', code: 'not-asked' }
  readonly #wire: Wire
  readonly #baseUrl: string | undefined
  readonly #signal: AbortSignal

  constructor(wire: Wire, baseUrl: string | undefined, signal: AbortSignal) {
    super()
    this.#wire = wire
    this.#baseUrl = baseUrl
    this.#signal = signal
  }

  override async request<TData>(asked: Asked): Promise<Answered & { body: TData }> {
    const { method, uri, username = '', password = '', headers = {}, params, data } = asked
    const url = placed(uri, this.#baseUrl)
    if (params !== undefined) url.search = stringify(params as Record<string, string>)
    this.answer = await this.#wire.exchange({
      method: method.toUpperCase() as 'GET' | 'POST' | 'DELETE',
      url,
      headers: { ...textual(headers), ...basicOf({ username, password }) },
      ...(data === undefined ? {} : { body: stringify(data as Record<string, string>) }),
      signal: this.#signal,
    })
    if (this.answer.outcome !== 'answered') throw new Error(this.answer.code)
    const { status: statusCode, body, headers: answered } = this.answer
    return { statusCode, body: body as TData, headers: answered, toString: () => `HTTP ${statusCode}` }
  }
}

function textual(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

/** A client of the SDK whose calls go through `call`. */
export function clientOf(
  { accountSid, username, password }: { accountSid: string; username: string; password: string },
  call: SdkCall,
): TwilioClient {
  return twilio(username, password, { accountSid, httpClient: call })
}
