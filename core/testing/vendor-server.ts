import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from './seeded-random.ts'
import { FaultPlan, faultRuleSchema, type VendorFault } from './vendor-faults.ts'
import { type WebhookFaults, WebhookPoster, type WebhookRetry, webhookFaultsSchema } from './vendor-webhooks.ts'
import { jsonOf, sendReply, toVendorRequest, type VendorReply, type VendorRequest } from './vendor-wire.ts'

export interface VendorServerOptions {
  /** 0 (default) takes any free port. Always on loopback. */
  readonly port?: number
  readonly seed?: number
  /** Requests kept for looking at; 0 for load tests. Default 1000. */
  readonly keepRequests?: number
  /** Largest body taken. Default 110 MB, above any vendor's file limit. */
  readonly maxBodyBytes?: number
  /** Webhooks under way at once. 1 (default) keeps their order. */
  readonly webhookConcurrency?: number
  /** Default: eight postings, until one is taken. */
  readonly webhookRetry?: WebhookRetry
  /** Milliseconds since the epoch; default the real time. */
  readonly now?: () => number
}

/**
 * A vendor's side of the wire, with a memory: subclasses keep its state and answer as it would. Faults are switched while it
 * runs, in code or by `/_sim/faults`, and drawn from a seed. Plain node:http, so that a load test can lean on it.
 */
export abstract class VendorServer {
  readonly faults: FaultPlan
  readonly webhooks: WebhookPoster
  readonly #options: Required<VendorServerOptions>
  readonly #server: Server
  readonly #requests: VendorRequest[] = []
  #url = ''

  constructor(options: VendorServerOptions = {}) {
    this.#options = {
      port: 0,
      seed: 1,
      keepRequests: 1_000,
      maxBodyBytes: 110 * 1024 * 1024,
      webhookConcurrency: 1,
      webhookRetry: { attempts: 8 },
      now: Date.now,
      ...options,
    }
    const random = seededRandom(this.#options.seed)
    this.faults = new FaultPlan(random, () => this.now())
    const { webhookConcurrency: concurrency, webhookRetry: retry } = this.#options
    this.webhooks = new WebhookPoster({ random, concurrency, retry })
    this.#server = createServer((request, response) => this.#receive(request, response))
    this.#server.keepAliveTimeout = 60_000
  }

  /** `http://127.0.0.1:<port>`, once it listens. */
  get url(): string {
    return this.#url
  }

  /** Calls that were taken in, oldest first, the last `keepRequests` of them. Control calls are not among them. */
  get requests(): readonly VendorRequest[] {
    return this.#requests
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#options.port, '127.0.0.1', resolve)
    })
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this.#url
  }

  async close(): Promise<void> {
    await this.webhooks.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  protected now(): number {
    return this.#options.now()
  }

  /** Carries out a call of the vendor's API. */
  protected abstract handle(request: VendorRequest): VendorReply | Promise<VendorReply>

  /** How this vendor words a refusal. */
  protected abstract refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply

  /** Control calls of this vendor below `/_sim`; `undefined` → 404. */
  protected control(_request: VendorRequest): VendorReply | undefined | Promise<VendorReply | undefined> {
    return undefined
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= this.#options.maxBodyBytes) chunks.push(chunk)
      else request.destroy()
    })
    request.on('end', () => {
      this.#answer(toVendorRequest(request, Buffer.concat(chunks)), response).catch((error: unknown) => {
        sendReply(response, { status: 500, body: { simulatorError: String(error) } })
      })
    })
  }

  async #answer(request: VendorRequest, response: ServerResponse): Promise<void> {
    if (request.path.startsWith('/_sim')) return sendReply(response, await this.#steer(request))
    this.#remember(request)
    const fault = this.faults.next(request.method, request.path)
    if (fault === undefined) {
      const reply = this.handle(request)
      return sendReply(response, reply instanceof Promise ? await reply : reply)
    }
    if (fault.kind === 'drop') return void response.destroy()
    if (fault.kind === 'throttle' || fault.kind === 'fail') return sendReply(response, this.refuse(fault))
    if (fault.kind === 'delay') await sleep(fault.ms, undefined, { ref: false })
    const reply = await this.handle(request)
    if (fault.kind === 'delay-answer') await sleep(fault.ms, undefined, { ref: false })
    if (fault.kind === 'lose-answer') response.destroy()
    else sendReply(response, reply)
  }

  #remember(request: VendorRequest): void {
    if (this.#options.keepRequests === 0) return
    this.#requests.push(request)
    if (this.#requests.length > this.#options.keepRequests) this.#requests.shift()
  }

  /** `/_sim/faults` (GET, POST one rule, DELETE), `/_sim/webhook-faults` (POST), `/_sim/requests` (GET). */
  async #steer(request: VendorRequest): Promise<VendorReply> {
    const { method, path } = request
    if (path === '/_sim/requests' && method === 'GET') {
      const body = this.#requests.map(({ method: verb, path: to, body: sent }) => ({
        method: verb,
        path: to,
        body: sent.toString(),
      }))
      return { status: 200, body }
    }
    if (path === '/_sim/faults' && method === 'GET') return { status: 200, body: this.faults.rules }
    if (path === '/_sim/faults' && method === 'DELETE') {
      this.faults.clear()
      this.webhooks.setFaults({})
      return { status: 204 }
    }
    if (path === '/_sim/faults' && method === 'POST') {
      const { value, error } = faultRuleSchema.validate(jsonOf(request))
      if (error !== undefined) return { status: 400, body: { detail: error.message } }
      this.faults.add(value)
      return { status: 204 }
    }
    if (path === '/_sim/webhook-faults' && method === 'POST') {
      const { value, error } = webhookFaultsSchema.validate(jsonOf(request))
      if (error !== undefined) return { status: 400, body: { detail: error.message } }
      this.webhooks.setFaults(value satisfies WebhookFaults)
      return { status: 204 }
    }
    return (await this.control(request)) ?? { status: 404, body: { detail: 'no such control' } }
  }
}
