import {
  type VendorFault,
  type VendorReply,
  type VendorRequest,
  VendorServer,
  type VendorServerOptions,
} from '@parley/core/testing/vendor'
import type { PlatformProduct } from '../product.ts'
import { describeAccount, pageToken, profileOf, refreshToken, tokenOf, tokenProblem } from './accounts-endpoint.ts'
import { type Behaviour, element, type PlatformContext, postWebhook } from './context.ts'
import { controlCall } from './control.ts'
import { SimulatedCustomer } from './customer.ts'
import { FilesEndpoint } from './files-endpoint.ts'
import { graphRefusal, refusal } from './graph-refusal.ts'
import { messagesEndpoint } from './messages-endpoint.ts'
import { PlatformState, type SimulatedAccount } from './state.ts'

export interface PlatformSimulatorOptions extends VendorServerOptions, Partial<Behaviour> {
  readonly accounts?: readonly SimulatedAccount[]
}

/**
 * The Messenger Platform as far as a business sees it: sends by Meta's rules with Meta's errors, tokens that end, files with
 * dying addresses, signed webhooks, and people who write, react, edit, take back and read. `customer(id)` scripts a person in
 * code, `/_sim/…` from another process ({@link controlCall}).
 */
export class PlatformSimulator extends VendorServer {
  readonly state = new PlatformState()
  readonly files: FilesEndpoint
  readonly #context: PlatformContext

  constructor(product: PlatformProduct, options: PlatformSimulatorOptions = {}) {
    super(options)
    const { enforceWindow = true, echoes = true, receipts = ['delivery', 'read'] } = options
    this.#context = {
      product,
      state: this.state,
      behaviour: { enforceWindow, echoes, receipts },
      webhooks: this.webhooks,
      url: () => this.url,
      now: () => this.now(),
    }
    this.files = new FilesEndpoint(this.#context)
    for (const account of options.accounts ?? []) this.addAccount(account)
  }

  addAccount(account: SimulatedAccount): void {
    this.state.accounts.set(account.id, account)
  }

  /** A person as one account meets them. */
  customer(id: string, accountId?: string): SimulatedCustomer {
    this.state.person(id)
    return new SimulatedCustomer(id, { context: this.#context, account: this.#account(accountId), files: this.files })
  }

  /** The business writes to `to` in Meta's own app. */
  echo(to: string, text: string, accountId?: string): string {
    const account = this.#account(accountId)
    const mid = this.state.nextId('mid')
    postWebhook(this.#context, account, [
      element(this.#context, account.id, to, { message: { mid, text, is_echo: true } }),
    ])
    return mid
  }

  protected override handle(request: VendorRequest): VendorReply | Promise<VendorReply> {
    if (request.path.startsWith('/_media/')) return this.files.download(request)
    const [, , node = '', edge] = request.path.split('/').map(decodeURIComponent)
    if (request.method === 'GET' && node === 'refresh_access_token') return refreshToken(this.#context, request)
    const token = tokenOf(request)
    if (request.method === 'GET' && request.query.get('fields') === 'access_token')
      return pageToken(this.#context, node, token) ?? graphRefusal(refusal(190, `Malformed access token ${token}`))
    const account = this.#opened(node, token)
    if (account === undefined) return graphRefusal(refusal(190, `Malformed access token ${token}`))
    const problem = tokenProblem(this.#context, account, token)
    if (problem !== undefined) return graphRefusal(problem)
    return this.#serve(request, account, node, edge)
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    if (fault.kind === 'fail') return graphRefusal(refusal(Number(fault.code ?? 1200), fault.detail), fault.status)
    const seconds =
      fault.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) }
    return graphRefusal(refusal(613), undefined, seconds)
  }

  protected override control(request: VendorRequest): VendorReply | undefined | Promise<VendorReply | undefined> {
    return controlCall(this, request)
  }

  #serve(
    request: VendorRequest,
    account: SimulatedAccount,
    node: string,
    edge: string | undefined,
  ): VendorReply | Promise<VendorReply> {
    if (request.method === 'POST' && edge === 'messages') return messagesEndpoint(this.#context, account, request)
    if (request.method === 'POST' && edge === 'message_attachments') return this.files.upload(request)
    if (request.method !== 'GET' || edge !== undefined) return graphRefusal(refusal(100, undefined, 33))
    if (node === 'me' || node === account.id) return describeAccount(account)
    return this.files.ofMessage(node) ?? profileOf(this.#context, account, node)
  }

  /** The account named, else the one that the token opens. */
  #opened(node: string, token: string): SimulatedAccount | undefined {
    const accounts = [...this.state.accounts.values()]
    const named = accounts.find((account) => account.id === node || account.pageId === node)
    return named ?? accounts.find((account) => account.accessToken === undefined || account.accessToken === token)
  }

  #account(id: string | undefined): SimulatedAccount {
    const account = id === undefined ? [...this.state.accounts.values()][0] : this.state.accounts.get(id)
    if (account === undefined) throw new RangeError(`the simulator has no account ${id ?? 'at all'}`)
    return account
  }
}
