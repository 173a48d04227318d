import type { Readable } from 'node:stream'
import { Agent, request } from 'undici'
import { asNumber } from './json.ts'

/** Hosts of Meta that serve files; the token goes nowhere else. */
const META_HOSTS =
  /(^|\.)(fbsbx\.com|facebook\.com|whatsapp\.net|fbcdn\.net|whatsapp\.com|cdninstagram\.com|instagram\.com)$/

export type OpenedFile =
  | {
      readonly ok: true
      readonly content: Readable
      readonly bytes: number | undefined
      readonly mimeType: string | undefined
    }
  | { readonly ok: false; readonly failure: 'gone' | 'auth' | 'retryable'; readonly detail: string }

/** Fetches a file from an address that Graph gave. Follows no redirect: it would carry the token along. */
export class MediaDownload {
  readonly #origins: ReadonlySet<string>
  readonly #agent: Agent

  /** @param options `origins`: where Graph itself is, trusted besides Meta's hosts */
  constructor(options: { origins: readonly string[]; timeoutMs: number; connectTimeoutMs: number }) {
    this.#origins = new Set(options.origins.map((origin) => new URL(origin).origin))
    this.#agent = new Agent({
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    })
  }

  /** `token` is left out where the address itself is the credential. */
  async open(url: string, token: string | undefined, signal: AbortSignal): Promise<OpenedFile> {
    if (!this.#trusts(url))
      return { ok: false, failure: 'retryable', detail: "Graph gave an address that is not Meta's" }
    try {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const answer = await request(url, { dispatcher: this.#agent, headers, signal })
      if (answer.statusCode === 200)
        return {
          ok: true,
          content: answer.body,
          bytes: asNumber(answer.headers['content-length']),
          mimeType: typeOf(answer.headers['content-type']),
        }
      await answer.body.dump()
      return {
        ok: false,
        failure: failureOf(answer.statusCode),
        detail: `the file's host answered ${answer.statusCode}`,
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      return { ok: false, failure: 'retryable', detail: `the file's host could not be reached (${code})` }
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  #trusts(address: string): boolean {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (url === undefined) return false
    return this.#origins.has(url.origin) || (url.protocol === 'https:' && META_HOSTS.test(url.hostname))
  }
}

/** Lets go of a file that nobody reads. Its abort is an error on the stream, which without a listener ends the process. */
export function discard(content: Readable): void {
  content.on('error', () => undefined).destroy()
}

/** Without its parameters. */
function typeOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header.split(';', 1)[0]?.trim() || undefined : undefined
}

function failureOf(status: number): 'gone' | 'auth' | 'retryable' {
  if (status === 404 || status === 410) return 'gone'
  return status === 401 || status === 403 ? 'auth' : 'retryable'
}
