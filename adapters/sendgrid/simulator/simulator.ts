import {
  jsonOf,
  type VendorFault,
  type VendorReply,
  type VendorRequest,
  VendorServer,
  type VendorServerOptions,
} from '@parley/core/testing/vendor'
import { control } from './control.ts'
import { type CustomerMail, inboundForm } from './inbound-form.ts'
import { acceptMail, vendorError } from './mail-send.ts'
import { signedHeaders } from './signing.ts'
import { type ReceivedMail, SendGridState, type SimulatedAccount } from './state.ts'

export interface SendGridSimulatorOptions extends VendorServerOptions {
  readonly accounts?: readonly SimulatedAccount[]
  /** Kept from before, so that endpoints that know it go on believing. */
  readonly signingKey?: string
}

/** SendGrid with a memory: takes mail by the Web API, tells what became of it, and posts what customers write. */
export class SendGridSimulator extends VendorServer {
  readonly state: SendGridState

  constructor(options: SendGridSimulatorOptions = {}) {
    super(options)
    this.state = new SendGridState(options.signingKey)
    for (const account of options.accounts ?? []) this.addAccount(account)
  }

  addAccount(account: SimulatedAccount): void {
    this.state.accounts.set(account.apiKey, account)
  }

  /** One element of the Event Webhook about a mail, as SendGrid words it. */
  eventOf(mail: ReceivedMail, event: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      email: mail.to,
      timestamp: Math.floor(this.now() / 1000),
      'smtp-id': mail.headers['Message-ID'] ?? '',
      event,
      sg_event_id: this.state.next('event'),
      sg_message_id: `${mail.id}.recvd`,
      ...mail.customArgs,
      ...more,
    }
  }

  /** Signs and posts events to where the mail's account wants them. */
  report(mail: ReceivedMail, event: string, more: Readonly<Record<string, unknown>> = {}): void {
    const url = this.state.accounts.get(mail.apiKey)?.eventUrl
    if (url === undefined) return
    const body = Buffer.from(JSON.stringify([this.eventOf(mail, event, more)]))
    this.webhooks.post({ url, body, headers: { 'content-type': 'application/json', ...this.signed(body) } })
  }

  signed(body: Buffer): Record<string, string> {
    return signedHeaders(body, this.state.privateKey, this.now())
  }

  /** A customer writes; resolves with the status that our server answered. */
  write(apiKey: string, mail: CustomerMail): Promise<number> {
    const url = this.state.accounts.get(apiKey)?.inboundUrl ?? ''
    const { body, contentType } = inboundForm(mail)
    return this.webhooks.postNow({ url, body, headers: { 'content-type': contentType, ...this.signed(body) } })
  }

  protected handle(request: VendorRequest): VendorReply {
    const apiKey = /^Bearer (.+)$/.exec(String(request.headers.authorization ?? ''))?.[1] ?? ''
    const account = this.state.accounts.get(apiKey)
    if (account === undefined)
      return vendorError(401, 'The provided authorization grant is invalid, expired, or revoked')
    const { method, path } = request
    if (method === 'POST' && path === '/v3/mail/send') return this.#send(apiKey, request)
    if (method === 'GET' && path === '/v3/whitelabel/domains')
      return { status: 200, body: account.domains.map((domain) => ({ id: 1, domain, valid: true })) }
    if (method === 'GET' && path === '/v3/verified_senders') {
      const results = (account.senders ?? []).map((sender) => ({ from_email: sender, verified: true }))
      return { status: 200, body: { results } }
    }
    return vendorError(404, 'not found')
  }

  protected refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    if (fault.kind === 'fail')
      return vendorError(
        fault.status ?? 500,
        fault.detail ?? 'simulated',
        fault.code === undefined ? null : `${fault.code}`,
      )
    const reset = Math.ceil((this.now() + (fault.retryAfterMs ?? 1_000)) / 1000)
    return { ...vendorError(429, 'too many requests'), headers: { 'x-ratelimit-reset': String(reset) } }
  }

  protected override control(request: VendorRequest): VendorReply | undefined | Promise<VendorReply | undefined> {
    return control(this, request)
  }

  #send(apiKey: string, request: VendorRequest): VendorReply {
    const { reply, mail } = acceptMail(this.state, apiKey, jsonOf(request))
    if (mail === undefined) return reply
    this.report(mail, 'processed')
    if (this.state.silent.has(mail.to)) return reply
    const reason = this.state.suppressed.get(mail.to)
    if (reason === undefined) this.report(mail, 'delivered', { response: '250 OK' })
    else this.report(mail, 'dropped', { reason })
    return reply
  }
}
