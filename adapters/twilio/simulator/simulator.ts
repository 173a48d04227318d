import {
  type VendorFault,
  type VendorReply,
  type VendorRequest,
  VendorServer,
  type VendorServerOptions,
} from '@parley/core/testing/vendor'
import { controlCall } from './control.ts'
import { SimulatedCustomer } from './customer.ts'
import { lookup } from './lookups.ts'
import { createMessage } from './messages-endpoint.ts'
import { refusal } from './refusal.ts'
import { type SimulatedAccount, type SimulatedSender, SimulatorState } from './state.ts'
import type { Behaviour, SimulatorContext } from './webhooks.ts'

export interface TwilioSimulatorOptions extends VendorServerOptions, Partial<Behaviour> {
  readonly accounts?: readonly SimulatedAccount[]
  readonly senders?: readonly SimulatedSender[]
}

/** Twilio posts once more when a connection fails, and never because of an answer. */
const RETRY = { attempts: 2, onlyUnanswered: true }

/** Where files lie behind Twilio's redirect; whoever has the address needs no credential. */
const FILES = '/_files'

/**
 * Twilio's Messaging API as an account sees it: sends by Twilio's rules with Twilio's errors, files behind a redirect, signed
 * webhooks and status callbacks, the words that opt out and in, and people who write. `customer(phone, sender)` scripts a
 * person in code, `/_sim/…` from another process.
 */
export class TwilioSimulator extends VendorServer {
  readonly state = new SimulatorState()
  readonly #context: SimulatorContext

  constructor(options: TwilioSimulatorOptions = {}) {
    super({ webhookRetry: RETRY, ...options })
    const { statuses = ['queued', 'sent', 'delivered'], enforceWindow = true, lateErrors = false } = options
    const { reach = (url: string) => url } = options
    this.#context = {
      state: this.state,
      behaviour: { statuses, enforceWindow, lateErrors, reach },
      webhooks: this.webhooks,
      url: () => this.url,
      now: () => this.now(),
    }
    for (const account of options.accounts ?? []) this.addAccount(account)
    for (const sender of options.senders ?? []) this.addSender(sender)
  }

  addAccount(account: SimulatedAccount): void {
    this.state.accounts.set(account.sid, account)
  }

  addSender(sender: SimulatedSender): void {
    this.state.senders.set(sender.address, sender)
  }

  /** @param phone `+4915112345678`; `to` names a sender and with it the channel */
  customer(phone: string, to: string): SimulatedCustomer {
    const sender = this.state.senders.get(to)
    const account = this.state.accounts.get(sender?.accountSid ?? '')
    if (sender === undefined || account === undefined) throw new RangeError(`the simulator has no sender ${to}`)
    return new SimulatedCustomer(phone, this.#context, account, sender)
  }

  protected override handle(request: VendorRequest): VendorReply {
    const { method, path } = request
    if (method === 'GET' && path.startsWith(FILES)) return this.#file(path.slice(FILES.length))
    const account = this.#caller(request)
    if (account === undefined) return refusal(20003)
    if (method === 'POST') return this.#post(account, request)
    if (this.state.files.has(path) || path.includes('/Media/')) return this.#redirect(account, path)
    return lookup(this.state, account, path, request.query) ?? refusal(20404)
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    if (fault.kind === 'throttle')
      return refusal(20429, fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs })
    const code = Number(fault.code ?? 20503)
    return refusal(code, fault.status === undefined ? {} : { status: fault.status })
  }

  protected override control(request: VendorRequest): VendorReply | undefined | Promise<VendorReply | undefined> {
    return controlCall(this, request)
  }

  #post(account: SimulatedAccount, { path, body }: VendorRequest): VendorReply {
    const form = new URLSearchParams(body.toString('utf8'))
    if (path === `/2010-04-01/Accounts/${account.sid}/Messages.json`) return createMessage(this.#context, account, form)
    if (path !== '/v2/Indicators/Typing.json') return refusal(20404)
    this.state.typing.push(form.get('messageId') ?? '')
    return { status: 200, body: { success: true } }
  }

  #caller({ headers }: VendorRequest): SimulatedAccount | undefined {
    const [scheme, encoded = ''] = String(headers.authorization ?? '').split(' ')
    const [sid = '', token] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
    const account = this.state.accounts.get(sid)
    return scheme === 'Basic' && account?.authToken === token ? account : undefined
  }

  #redirect(account: SimulatedAccount, path: string): VendorReply {
    if (this.state.files.get(path)?.accountSid !== account.sid) return refusal(20404)
    return { status: 307, headers: { location: `${this.url}${FILES}${path}` } }
  }

  #file(path: string): VendorReply {
    const file = this.state.files.get(path)
    return file === undefined
      ? { status: 404 }
      : { status: 200, headers: { 'content-type': file.mimeType }, body: file.content }
  }
}
