import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import Joi from 'joi'
import { type Refusal, type Result, refuse } from '../plugin/result.ts'
import { isBlocked, networksOf, privateNetworks } from './egress-addresses.ts'
import {
  AnswerTooLarge,
  type EgressAnswer,
  type EgressRequest,
  type EgressStream,
  exchange,
  whole,
} from './egress-exchange.ts'

export type { EgressAnswer, EgressRequest, EgressStream } from './egress-exchange.ts'

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

/** `address-blocked`: it leads into a private network. `unreachable` and `timeout` may pass by themselves. */
export type EgressRefusal = 'url-invalid' | 'address-blocked' | 'too-large' | 'timeout' | 'unreachable'

/** `written`: the request may have reached the server, so that repeating it may do it twice. */
export type EgressFailure = Refusal<EgressRefusal> & { readonly written: boolean }

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

  async fetch(
    url: string,
    request: EgressRequest = {},
  ): Promise<({ readonly ok: true } & EgressAnswer) | EgressFailure> {
    const timeout = AbortSignal.timeout(this.#settings.timeoutMs)
    return this.#call(url, request, timeout, async ({ content, ...head }) => ({
      ...head,
      body: await whole(content, this.#settings.maxBytes),
    }))
  }

  /** The answer's head within the time of the settings; its body as long as the request's own signal allows, of any length. */
  async open(
    url: string,
    request: EgressRequest = {},
  ): Promise<({ readonly ok: true } & EgressStream) | EgressFailure> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), this.#settings.timeoutMs)
    try {
      return await this.#call(url, request, late.signal, async (answer) => answer)
    } finally {
      clearTimeout(timer)
    }
  }

  async #call<T extends object>(
    url: string,
    request: EgressRequest,
    timeout: AbortSignal,
    read: (answer: EgressStream) => Promise<T>,
  ): Promise<({ readonly ok: true } & T) | EgressFailure> {
    const vetted = this.vet(url)
    if (!vetted.ok) return { ...vetted, written: false }
    const progress = { written: false }
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal])
    try {
      return {
        ok: true,
        ...(await read(await exchange(vetted.target, request, { signal, progress, lookup: this.#lookup }))),
      }
    } catch (error) {
      return { ...this.#refusalOf(error, request, timeout), ...progress }
    }
  }

  #refusalOf(error: unknown, request: EgressRequest, timeout: AbortSignal): Refusal<EgressRefusal> {
    if (error instanceof BlockedAddress) return blocked()
    if (error instanceof AnswerTooLarge)
      return refuse('too-large', `The answer is larger than ${this.#settings.maxBytes} bytes.`)
    if (timeout.aborted) return refuse('timeout', `No answer within ${this.#settings.timeoutMs} ms.`, true)
    request.signal?.throwIfAborted()
    return refuse('unreachable', `The server cannot be reached: ${codeOf(error)}.`, true)
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
