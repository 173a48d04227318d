import {
  type VendorFault,
  type VendorReply,
  type VendorRequest,
  VendorServer,
  type VendorServerOptions,
} from '@parley/core/testing/vendor'
import type { Behaviour, SimulatorContext } from './context.ts'
import { postWebhook } from './context.ts'
import { controlCall } from './control.ts'
import { SimulatedCustomer } from './customer.ts'
import { decideTemplate, type TemplateDecision } from './decide-template.ts'
import { graphRefusal, refusal } from './graph-refusal.ts'
import { MediaEndpoint, noSuchObject } from './media-endpoint.ts'
import { messagesEndpoint } from './messages-endpoint.ts'
import { type SimulatedAccount, type SimulatedTemplate, SimulatorState } from './state.ts'
import { templatesEndpoint, writeTemplates } from './templates-endpoint.ts'
import { echoWebhook, envelope } from './webhook-bodies.ts'

export interface SimulatorOptions extends VendorServerOptions, Partial<Behaviour> {
  readonly accounts?: readonly SimulatedAccount[]
  readonly templates?: Readonly<Record<string, readonly SimulatedTemplate[]>>
}

/**
 * Meta's WhatsApp Cloud API as far as a business sees it: sends by Meta's rules with Meta's errors, media with dying addresses,
 * templates, signed webhooks, and people who write and read. `customer(phone)` scripts a person in code, `/_sim/…` from
 * another process ({@link controlCall}).
 */
export class WhatsAppSimulator extends VendorServer {
  readonly state = new SimulatorState()
  readonly #context: SimulatorContext
  readonly #media: MediaEndpoint

  constructor(options: SimulatorOptions = {}) {
    super(options)
    const { statuses = ['sent', 'delivered', 'read'], enforceWindow = true, lateErrors = false } = options
    this.#context = {
      state: this.state,
      behaviour: { statuses, enforceWindow, lateErrors },
      webhooks: this.webhooks,
      url: () => this.url,
      now: () => this.now(),
    }
    this.#media = new MediaEndpoint(this.#context)
    for (const account of options.accounts ?? []) this.addAccount(account)
    for (const [wabaId, templates] of Object.entries(options.templates ?? {}))
      this.state.templates.set(wabaId, [...templates])
  }

  addAccount(account: SimulatedAccount): void {
    this.state.accounts.set(account.phoneNumberId, account)
  }

  /** A person as one business number meets them. `id`: phone digits, or a BSUID. */
  customer(id: string, phoneNumberId?: string): SimulatedCustomer {
    const account = this.#account(phoneNumberId)
    this.state.person(id)
    return new SimulatedCustomer(id, { context: this.#context, account, media: this.#media })
  }

  /** The business writes to `to` in its own app. */
  echo(to: string, text: string, phoneNumberId?: string): string {
    const id = this.state.nextId('wamid')
    const timestamp = String(Math.floor(this.now() / 1000))
    const message = { id, timestamp, type: 'text', text: { body: text } }
    const account = this.#account(phoneNumberId)
    postWebhook(this.#context, account, echoWebhook(account, to, message))
    return id
  }

  /** News about the account: `field` and `value` as Meta sends them. */
  announce(field: string, value: Readonly<Record<string, unknown>>, phoneNumberId?: string): void {
    const account = this.#account(phoneNumberId)
    postWebhook(this.#context, account, envelope(account, field, value, Math.floor(this.now() / 1000)))
  }

  /** Meta decides about a template of the account: the list changes, and the webhooks say so. */
  decideTemplate(named: { name: string; language: string }, decision: TemplateDecision, phoneNumberId?: string): void {
    decideTemplate(this.#context, this.#account(phoneNumberId), named, decision)
  }

  protected override handle(request: VendorRequest): VendorReply | Promise<VendorReply> {
    if (request.path.startsWith('/_media/')) return this.#media.download(request)
    const [, , object = '', edge] = request.path.split('/')
    const account = this.state.accounts.get(object)
    const problem = this.#authProblem(request, account)
    if (problem !== undefined) return problem
    if (account !== undefined && request.method === 'POST') {
      if (edge === 'messages') return messagesEndpoint(this.#context, account, request)
      if (edge === 'media') return this.#media.upload(account, request)
    }
    if (request.method === 'GET' && edge === 'message_templates')
      return templatesEndpoint(this.#context, object, request)
    const written = writeTemplates(this.#context, { object, edge }, request)
    if (written !== undefined) return written
    if (edge === undefined && account !== undefined && request.method === 'GET') return numberOf(account)
    if (edge === undefined && request.method === 'GET') return this.#media.describe(object)
    if (edge === undefined && request.method === 'DELETE') return this.#media.remove(object)
    return noSuchObject(object)
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    if (fault.kind === 'fail')
      return graphRefusal(refusal(Number(fault.code ?? 131000), fault.detail ?? 'Simulated failure.'), fault.status)
    const seconds =
      fault.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) }
    return graphRefusal(refusal(130429, 'Cloud API message throughput has been reached.'), 429, seconds)
  }

  protected override control(request: VendorRequest): VendorReply | undefined | Promise<VendorReply | undefined> {
    return controlCall(this, request)
  }

  #account(phoneNumberId: string | undefined): SimulatedAccount {
    const account =
      phoneNumberId === undefined ? [...this.state.accounts.values()][0] : this.state.accounts.get(phoneNumberId)
    if (account === undefined) throw new RangeError(`the simulator has no account ${phoneNumberId ?? 'at all'}`)
    return account
  }

  /** A token is checked against the number it is used on; for other objects it must be one of a known number. */
  #authProblem(request: VendorRequest, account: SimulatedAccount | undefined): VendorReply | undefined {
    const header = request.headers.authorization
    const token = typeof header === 'string' && header.startsWith('Bearer ') ? header.slice('Bearer '.length) : ''
    const accounts = account === undefined ? [...this.state.accounts.values()] : [account]
    const allowed = accounts.some((candidate) => candidate.accessToken === undefined || candidate.accessToken === token)
    if (token !== '' && allowed) return undefined
    return graphRefusal(refusal(190, `Malformed access token ${token}`))
  }
}

function numberOf(account: SimulatedAccount): VendorReply {
  const { phoneNumberId: id, displayPhoneNumber: display_phone_number, verifiedName: verified_name } = account
  return { status: 200, body: { id, display_phone_number, verified_name, quality_rating: 'GREEN' } }
}
