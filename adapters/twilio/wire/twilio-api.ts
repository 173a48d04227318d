import type { Connection } from '@parley/core'
import { asText } from '../json.ts'
import type { TwilioSettings } from '../settings.ts'
import { type TwilioAnswer, Wire } from './exchange.ts'
import { basicOf, placed } from './place.ts'
import type { TwilioClient } from './sdk-call.ts'

export type { TwilioClient }

/** A connection's account and what it signs in with. */
export interface Credential {
  readonly accountSid: string
  readonly username: string
  readonly password: string
}

/**
 * Calls Twilio's REST APIs through the official SDK, each with the connection's own credential. The SDK weighs 40 MB, so it is
 * loaded with the first call: who uses no Twilio does not carry it.
 */
export class TwilioApi {
  readonly wire: Wire
  readonly #settings: TwilioSettings

  constructor(settings: TwilioSettings) {
    this.#settings = settings
    this.wire = new Wire(settings)
  }

  /**
   * `work` makes exactly one call with the client; what came back is the answer, whatever the SDK made of it.
   * `undefined`: the connection has no account or no credential, so nothing was asked.
   */
  async call(
    connection: Connection,
    signal: AbortSignal,
    work: (client: TwilioClient) => Promise<unknown>,
  ): Promise<TwilioAnswer | undefined> {
    const credential = credentialOf(connection)
    if (credential === undefined) return undefined
    const { clientOf, SdkCall } = await import('./sdk-call.ts')
    const call = new SdkCall(this.wire, this.#settings.apiBaseUrl, signal)
    try {
      await work(clientOf(credential, call))
    } catch (error) {
      // The SDK throws for every answer but 2xx, which `call.answer` tells better. What it threw before asking is a bug of ours.
      if (call.answer.outcome === 'not-sent' && call.answer.code === 'not-asked') throw error
    }
    return call.answer
  }

  /** A read, for which the SDK need not be loaded. `uri` is Twilio's own; `undefined` as with `call`. */
  async read(connection: Connection, signal: AbortSignal, uri: string): Promise<TwilioAnswer | undefined> {
    const credential = credentialOf(connection)
    if (credential === undefined) return undefined
    const url = placed(uri, this.#settings.apiBaseUrl)
    return this.wire.exchange({ method: 'GET', url, headers: basicOf(credential), signal })
  }
}

/** An API key where there is one: it can be taken back alone. `undefined` without an account or a secret. */
export function credentialOf({ settings, secrets }: Connection): Credential | undefined {
  const accountSid = asText(settings.accountSid)
  if (accountSid === undefined || !accountSid.startsWith('AC')) return undefined
  const { authToken = '', apiKeySid = '', apiKeySecret = '' } = secrets
  if (apiKeySid !== '' && apiKeySecret !== '') return { accountSid, username: apiKeySid, password: apiKeySecret }
  return authToken === '' ? undefined : { accountSid, username: accountSid, password: authToken }
}
