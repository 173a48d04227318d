import type { Readable } from 'node:stream'
import type { ChannelMedia } from '@parley/core'
import { codeOf } from './wire/exchange.ts'
import { basicOf } from './wire/place.ts'
import { credentialOf, type TwilioApi } from './wire/twilio-api.ts'

type Fetched = Awaited<ReturnType<ChannelMedia['fetch']>>
type Failed = Extract<Fetched, { ok: false }>

/** Twilio's own hosts get the credential; where it keeps files gets none. */
const TWILIO_HOSTS = /(^|\.)twilio\.com$/
const FILE_HOSTS = /(^|\.)(twilio\.com|twiliocdn\.com|amazonaws\.com)$/

/** Twilio's address leads to the file by one redirect; one more is borne. */
const MAX_REDIRECTS = 2

interface Trust {
  /** Where Twilio's API is instead: a simulator. */
  readonly origin: string | undefined
}

/** `GET` of the webhook's `MediaUrl` with basic authentication, then of the signed address that it redirects to, without. */
export function twilioMedia(
  api: TwilioApi,
  options: { readonly apiBaseUrl: string | undefined; readonly maxBytes: number },
): ChannelMedia {
  const trust = { origin: options.apiBaseUrl === undefined ? undefined : new URL(options.apiBaseUrl).origin }
  return {
    async fetch({ connection, media, signal }): Promise<Fetched> {
      if (media.ref === undefined) return failed('gone', 'the message named no file')
      const credential = credentialOf(connection)
      if (credential === undefined) return failed('auth', 'the connection has no account, or nothing to sign in with')
      const basic = basicOf(credential)
      let url = trusted(media.ref, TWILIO_HOSTS, trust)
      for (let hop = 0; url !== undefined && hop <= MAX_REDIRECTS; hop += 1) {
        const answer = await open(api, url, hop === 0 ? basic : {}, signal)
        if ('ok' in answer) return answer
        const { status, location, body, bytes, mimeType } = answer
        if (status === 200) {
          if (bytes === undefined || bytes <= options.maxBytes)
            return {
              ok: true,
              content: body,
              mimeType: mimeType ?? media.mimeType,
              ...(bytes === undefined ? {} : { bytes }),
            }
          discard(body)
          return failed('too-large', `${bytes} bytes; at most ${options.maxBytes} are fetched`)
        }
        discard(body)
        if (location === undefined) return failed(failureOf(status), `Twilio answered ${status}`)
        url = trusted(new URL(location, url).href, FILE_HOSTS, trust)
      }
      return failed('retryable', "the file's address leads away from Twilio")
    },
  }
}

async function open(api: TwilioApi, url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
  try {
    const { statusCode: status, headers: told, body } = await api.wire.open(url, headers, signal)
    const length = Number(told['content-length'] ?? Number.NaN)
    return {
      status,
      body: body as Readable,
      location: status >= 300 && status < 400 && typeof told.location === 'string' ? told.location : undefined,
      bytes: Number.isSafeInteger(length) ? length : undefined,
      mimeType: typeof told['content-type'] === 'string' ? told['content-type'].split(';', 1)[0]?.trim() : undefined,
    }
  } catch (error) {
    return failed('retryable', `Twilio could not be reached (${codeOf(error)})`)
  }
}

function trusted(address: string, hosts: RegExp, { origin }: Trust): URL | undefined {
  const url = URL.parse(address)
  if (url === null) return undefined
  return url.origin === origin || (url.protocol === 'https:' && hosts.test(url.hostname)) ? url : undefined
}

function failureOf(status: number): Failed['failure'] {
  if (status === 404 || status === 410) return 'gone'
  return status === 401 || status === 403 ? 'auth' : 'retryable'
}

function failed(failure: Failed['failure'], detail: string): Failed {
  return { ok: false, failure, detail }
}

/** Lets go of a file that nobody reads. Its abort is an error on the stream, which without a listener ends the process. */
function discard(content: Readable): void {
  content.on('error', () => undefined).destroy()
}
