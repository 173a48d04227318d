import {
  type VendorFault,
  type VendorReply,
  type VendorRequest,
  VendorServer,
  type VendorServerOptions,
} from '@parley/core/testing/vendor'
import { svixSignature } from '../signature.ts'
import { control } from './control.ts'
import { acceptEmail, vendorError } from './emails.ts'
import { type ArrivedMail, type ReceivedMail, ResendState, type SimulatedAccount } from './state.ts'

export interface ResendSimulatorOptions extends VendorServerOptions {
  readonly accounts?: readonly SimulatedAccount[]
  /** Kept from before, so that endpoints that know it go on believing. */
  readonly signingSecret?: string
}

/** Resend with a memory: takes mail, tells what became of it, and keeps what customers write until it is fetched. */
export class ResendSimulator extends VendorServer {
  readonly state: ResendState

  constructor(options: ResendSimulatorOptions = {}) {
    super(options)
    this.state = new ResendState(options.signingSecret)
    for (const account of options.accounts ?? []) this.addAccount(account)
  }

  addAccount(account: SimulatedAccount): void {
    this.state.accounts.set(account.apiKey, account)
  }

  /** A webhook about a mail of ours: `email.delivered`. */
  eventOf(mail: ReceivedMail, type: string, more: Readonly<Record<string, unknown>> = {}): Buffer {
    const { id, from, to, subject, tags } = mail
    const created = new Date(this.now()).toISOString()
    const data = { email_id: id, message_id: `<${id}@resend>`, created_at: created, from, to, subject, tags, ...more }
    return Buffer.from(JSON.stringify({ type, created_at: created, data }))
  }

  /** The webhook about a mail that arrived: no words of it. */
  arrivalOf({ id, from, to, subject = '' }: ArrivedMail): Buffer {
    const created = new Date(this.now()).toISOString()
    const data = {
      email_id: id,
      created_at: created,
      from,
      to: [to],
      subject,
      received_for: [to],
      cc: [],
      bcc: [],
      attachments: [],
    }
    return Buffer.from(JSON.stringify({ type: 'email.received', created_at: created, data }))
  }

  /** Signs and posts a webhook to where the account wants it. */
  report(apiKey: string, body: Buffer): void {
    const url = this.state.accounts.get(apiKey)?.endpointUrl
    if (url !== undefined) this.webhooks.post({ url, body, headers: this.signed(body) })
  }

  /** `id` is the same over all tries of a call. */
  signed(body: Buffer, id = this.state.next('msg'), secret = this.state.signingSecret): Record<string, string> {
    const timestamp = String(Math.floor(this.now() / 1000))
    return {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': timestamp,
      'svix-signature': svixSignature(secret, id, timestamp, body),
    }
  }

  protected handle(request: VendorRequest): VendorReply {
    const { method, path } = request
    // The signed link is its own credential.
    if (method === 'GET' && path.startsWith('/raw/')) return this.#raw(path.slice('/raw/'.length))
    const apiKey = /^Bearer (.+)$/.exec(String(request.headers.authorization ?? ''))?.[1] ?? ''
    const account = this.state.accounts.get(apiKey)
    if (account === undefined) return vendorError(403, 'invalid_api_key', 'API key is invalid')
    if (method === 'POST' && path === '/emails') return this.#send(apiKey, request)
    if (method === 'GET' && path === '/domains')
      return { status: 200, body: { data: account.domains.map((name) => ({ name, status: 'verified' })) } }
    const id = /^\/emails\/receiving\/([^/]+)$/.exec(path)?.[1]
    return method === 'GET' && id !== undefined
      ? this.#receiving(account, decodeURIComponent(id))
      : vendorError(404, 'not_found', 'not found')
  }

  protected refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    if (fault.kind === 'fail')
      return vendorError(
        fault.status ?? 500,
        String(fault.code ?? 'internal_server_error'),
        fault.detail ?? 'An unexpected error occurred.',
      )
    const seconds = Math.ceil((fault.retryAfterMs ?? 1_000) / 1000)
    const refused = vendorError(429, 'rate_limit_exceeded', 'Too many requests.')
    return { ...refused, headers: { 'retry-after': String(seconds), 'ratelimit-reset': String(seconds) } }
  }

  protected override control(request: VendorRequest): Promise<VendorReply | undefined> {
    return control(this, request)
  }

  #send(apiKey: string, request: VendorRequest): VendorReply {
    const { reply, mail } = acceptEmail(this.state, apiKey, request)
    if (mail !== undefined)
      for (const type of ['email.sent', 'email.delivered']) this.report(apiKey, this.eventOf(mail, type))
    return reply
  }

  #receiving(account: SimulatedAccount, id: string): VendorReply {
    const mail = this.state.arrived.get(id)
    const own = mail !== undefined && account.domains.includes(mail.to.split('@').at(-1) ?? '')
    if (!own) return vendorError(404, 'not_found', 'Email not found')
    const link = `${this.url}/raw/${encodeURIComponent(id)}`
    return { status: 200, body: { object: 'email', id, from: mail.from, to: [mail.to], raw: { download_url: link } } }
  }

  #raw(id: string): VendorReply {
    const mail = this.state.arrived.get(decodeURIComponent(id))
    return mail === undefined ? { status: 403 } : { status: 200, body: mail.raw }
  }
}
