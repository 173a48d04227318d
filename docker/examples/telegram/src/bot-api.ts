import { asRecord, asText, type Json, parseJson } from './json.ts'
import type { Settings } from './settings.ts'

/**
 * How a call ended.
 * - `answered`: it was carried out; `result` is Telegram's
 * - `refused`: Telegram said so in its own words, and nothing was done
 * - `unreachable`: the call never left us
 * - `lost`: it may have been carried out, and nobody told us
 */
export type Outcome =
  | { readonly outcome: 'answered'; readonly result: unknown }
  | { readonly outcome: 'refused'; readonly status: number; readonly words: string; readonly retryAfterMs?: number }
  | { readonly outcome: 'unreachable' | 'lost'; readonly code: string }

export type Failed = Exclude<Outcome, { outcome: 'answered' }>

/** A file that goes along with a call, under the field's name. */
export interface Upload {
  readonly field: string
  readonly content: Uint8Array<ArrayBuffer>
  readonly mimeType: string
  readonly fileName: string
}

/** The connection was not made, so nothing can have been done. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The Bot API. The token is part of every address, so no address is ever told. */
export class BotApi {
  readonly #baseUrl: string
  readonly #timeoutMs: number

  constructor({ baseUrl, timeoutMs }: Settings) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '')
    this.#timeoutMs = timeoutMs
  }

  async call(token: string, method: string, fields: Json, signal: AbortSignal, upload?: Upload): Promise<Outcome> {
    try {
      const response = await this.#fetch(`/bot${token}/${method}`, signal, {
        method: 'POST',
        ...(upload === undefined
          ? { body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } }
          : { body: formOf(fields, upload) }),
      })
      return outcomeOf(response.status, asRecord(parseJson(await response.bytes())))
    } catch (error) {
      return unheard(error)
    }
  }

  /** Opens a file by the path that getFile gave; the caller reads or cancels its body. */
  async open(token: string, path: string, signal: AbortSignal): Promise<Response | Failed> {
    try {
      const response = await this.#fetch(`/file/bot${token}/${path}`, signal, {})
      if (response.ok) return response
      await response.body?.cancel()
      return { outcome: 'refused', status: response.status, words: 'the file is not there' }
    } catch (error) {
      return unheard(error)
    }
  }

  #fetch(path: string, signal: AbortSignal, init: RequestInit): Promise<Response> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)])
    return fetch(`${this.#baseUrl}${path}`, { ...init, redirect: 'error', signal: within })
  }
}

function formOf(fields: Json, { field, content, mimeType, fileName }: Upload): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  form.append(field, new Blob([content], { type: mimeType }), fileName)
  return form
}

/** What is not in Telegram's own words comes from something in between, and says nothing about the call. */
function outcomeOf(status: number, body: Json | undefined): Outcome {
  if (body?.ok === true) return { outcome: 'answered', result: body.result }
  if (body?.ok !== false) return { outcome: 'lost', code: `http-${status}` }
  const words = asText(body.description) ?? ''
  const seconds = asRecord(body.parameters)?.retry_after
  return { outcome: 'refused', status, words, ...(typeof seconds === 'number' ? { retryAfterMs: seconds * 1000 } : {}) }
}

/** Only the code of an error is told: its message may quote the address. */
function unheard(error: unknown): Failed {
  const { name, cause } = error as Error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : name
  return { outcome: NEVER_SENT.has(code) ? 'unreachable' : 'lost', code }
}
