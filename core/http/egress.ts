import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import Joi from 'joi'
import { type Result, refuse } from '../plugin/result.ts'
import { isBlocked, networksOf, privateNetworks } from './egress-addresses.ts'

export interface EgressSettings {
  /** For the whole exchange, in milliseconds. */
  readonly timeoutMs: number
  /** Most bytes of an answer. */
  readonly maxBytes: number
  /** Networks of ours that may be reached all the same, as CIDR. */
  readonly allow: readonly string[]
}

export const egressSettings: Joi.ObjectSchema<EgressSettings> = Joi.object({
  timeoutMs: Joi.number().integer().min(1).default(15_000),
  maxBytes: Joi.number()
    .integer()
    .min(0)
    .default(1024 * 1024),
  allow: Joi.array()
    .items(Joi.string().ip({ cidr: 'required' }))
    .default([]),
})

export interface EgressRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly signal?: AbortSignal
}

export interface EgressAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** `address-blocked`: it leads into a private network. `unreachable` and `timeout` may pass by themselves. */
export type EgressRefusal = 'url-invalid' | 'address-blocked' | 'too-large' | 'timeout' | 'unreachable'

type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>

/**
 * The one client for URLs that users set. It reaches public addresses only: names are resolved inside the connection and
 * every address is checked there, so that a name cannot change between check and use (DNS rebinding); addresses written
 * in the URL, which Node never resolves, are checked before. Each request has a connection of its own, so that none is
 * reused unchecked. Redirects are handed back, not followed; whoever follows one asks again here.
 */
export class Egress {
  readonly #settings: EgressSettings
  readonly #resolve: Resolver
  readonly #blocked = privateNetworks()
  readonly #allowed

  constructor(settings: Partial<EgressSettings> = {}, resolve: Resolver = systemResolver) {
    this.#settings = Joi.attempt(settings, egressSettings) as EgressSettings
    this.#allowed = networksOf(this.#settings.allow)
    this.#resolve = resolve
  }

  async fetch(url: string, request: EgressRequest = {}): Promise<Result<EgressAnswer, EgressRefusal>> {
    const vetted = this.vet(url)
    if (!vetted.ok) return vetted
    const { target } = vetted
    const timeout = AbortSignal.timeout(this.#settings.timeoutMs)
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal])
    try {
      return { ok: true, ...(await this.#exchange(target, request, signal)) }
    } catch (error) {
      if (error instanceof BlockedAddress) return blocked()
      if (error instanceof AnswerTooLarge)
        return refuse('too-large', `The answer is larger than ${this.#settings.maxBytes} bytes.`)
      if (timeout.aborted) return refuse('timeout', `No answer within ${this.#settings.timeoutMs} ms.`, true)
      request.signal?.throwIfAborted()
      return refuse('unreachable', `The server cannot be reached: ${codeOf(error)}.`, true)
    }
  }

  /** What can be said of a URL without a connection: for whoever stores one that a user sets. */
  vet(url: string): Result<{ target: URL }, 'url-invalid' | 'address-blocked'> {
    const target = URL.parse(url)
    const problem = target === null ? 'not a URL' : this.#problemOf(target)
    if (target === null || problem !== undefined) return refuse('url-invalid', `The URL is refused: ${problem}.`)
    const literal = target.hostname.replace(/^\[|\]$/g, '')
    return isIP(literal) !== 0 && this.#isBlocked(literal) ? blocked() : { ok: true, target }
  }

  #problemOf(url: URL): string | undefined {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only http and https are spoken'
    if (url.username !== '' || url.password !== '') return 'it carries a user name or password'
    return undefined
  }

  #isBlocked(address: string): boolean {
    return isBlocked(address, this.#blocked, this.#allowed)
  }

  #exchange(url: URL, request: EgressRequest, signal: AbortSignal): Promise<EgressAnswer> {
    const { method = 'GET', headers = {}, body } = request
    const { promise, resolve, reject } = Promise.withResolvers<EgressAnswer>()
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const sent = send(url, { method, headers, signal, agent: false, lookup: this.#lookup })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('error', reject)
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > this.#settings.maxBytes) response.destroy(new AnswerTooLarge())
        else chunks.push(chunk)
      })
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      })
    })
    sent.end(body)
    return promise
  }

  /** Every address of the name must be public: a name that mixes both is an attack, not a server. */
  readonly #lookup: LookupFunction = (hostname, options, done) => {
    this.#resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined || addresses.some(({ address }) => this.#isBlocked(address))) {
          done(new BlockedAddress(), '', 0)
        } else if (options.all) {
          done(null, [...addresses])
        } else {
          done(null, first.address, first.family)
        }
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    )
  }
}

class BlockedAddress extends Error {}
class AnswerTooLarge extends Error {}

function blocked() {
  return refuse('address-blocked', 'The URL leads to an address that is not public.')
}

function systemResolver(hostname: string): Promise<readonly LookupAddress[]> {
  const { promise, resolve, reject } = Promise.withResolvers<LookupAddress[]>()
  systemLookup(hostname, { all: true, verbatim: true }, (error, addresses) => {
    if (error === null) resolve(addresses)
    else reject(error)
  })
  return promise
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'connection failed'
}
