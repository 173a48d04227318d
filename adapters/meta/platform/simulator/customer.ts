import { element, type PlatformContext, postWebhook, signedWebhook } from './context.ts'
import type { FilesEndpoint } from './files-endpoint.ts'
import { postReceipt } from './messages-endpoint.ts'
import type { ReceivedMessage, SimulatedAccount } from './state.ts'

type Fields = Readonly<Record<string, unknown>>

export interface SimulatedFileInput {
  /** `image`, `video`, `audio`, `file`, `story_mention`, … */
  readonly type: string
  readonly content: Buffer
  readonly mimeType: string
}

/** A person with an account, for scripts: writes to one page or professional account and sees what comes back. */
export class SimulatedCustomer {
  readonly id: string
  readonly #context: PlatformContext
  readonly #account: SimulatedAccount
  readonly #files: FilesEndpoint

  constructor(id: string, deps: { context: PlatformContext; account: SimulatedAccount; files: FilesEndpoint }) {
    this.id = id
    this.#context = deps.context
    this.#account = deps.account
    this.#files = deps.files
  }

  /** What this person got from the account, oldest first. */
  get received(): readonly ReceivedMessage[] {
    const mine = (message: ReceivedMessage) => message.to === this.id && message.account === this.#account.id
    return this.#context.state.received.all.filter(mine)
  }

  named(name: string): this {
    this.#context.state.person(this.id).name = name
    return this
  }

  text(text: string, more: Fields = {}): string {
    return this.say({ text, ...more })
  }

  /** One message with these files; they can be fetched from the simulated content network. */
  files(files: readonly SimulatedFileInput[], text?: string): string {
    const { state } = this.#context
    const mid = state.nextId('mid')
    const stored = files.map(({ type, content, mimeType }) => ({ type, fileId: state.store(content, mimeType) }))
    state.attachments.set(mid, stored)
    const attachments = stored.map(({ type, fileId }) => ({ type, payload: { url: this.#files.address(fileId) } }))
    return this.say({ mid, attachments, ...(text === undefined ? {} : { text }) })
  }

  quickReply(text: string, payload: string): string {
    return this.say({ text, quick_reply: { payload } })
  }

  storyReply(text: string, story: { readonly id: string; readonly url: string }): string {
    return this.say({ text, reply_to: { story } })
  }

  tapButton(title: string, payload: string): void {
    this.act({ postback: { mid: this.#context.state.nextId('mid'), title, payload } })
  }

  /** `undefined` takes the reaction back. */
  react(mid: string, emoji: string | undefined): void {
    const action = emoji === undefined ? 'unreact' : 'react'
    this.act({ reaction: { mid, action, ...(emoji === undefined ? {} : { reaction: 'other', emoji }) } })
  }

  edit(mid: string, text: string, count = 1): void {
    this.act({ message_edit: { mid, text, num_edit: count } })
  }

  unsend(mid: string): void {
    this.#post({ message: { mid, is_deleted: true } })
  }

  /** Comes back through an ad or a link, without a word. */
  refer(referral: Fields): void {
    this.act({ referral }, referral.source === 'ADS')
  }

  /** Any message; posts the webhook and opens the window. Answers with its mid. */
  say(message: Fields): string {
    const { mid, whole } = this.#compose(message)
    this.act({ message: whole }, (message.referral as Fields | undefined)?.source === 'ADS')
    return mid
  }

  /** The same, but waits for the webhook's answer. */
  async sayNow(message: Fields): Promise<{ id: string; status: number }> {
    const { mid: id, whole } = this.#compose(message)
    this.#open(false)
    const webhook = signedWebhook(this.#context, this.#account, [this.#element({ message: whole })])
    return { id, status: webhook === undefined ? 0 : await this.#context.webhooks.postNow(webhook) }
  }

  /** Reports that a message of ours arrived or was read. */
  report(mid: string, receipt: 'delivery' | 'read'): void {
    postReceipt(this.#context, this.#account, this.id, mid, receipt)
  }

  /** Something the person did, as an element of `messaging[]`. */
  act(what: Fields, byAd = false): void {
    this.#open(byAd)
    this.#post(what)
  }

  #compose(message: Fields): { mid: string; whole: Fields } {
    const mid = typeof message.mid === 'string' ? message.mid : this.#context.state.nextId('mid')
    return { mid, whole: { mid, ...message } }
  }

  #open(byAd: boolean): void {
    this.#context.state.person(this.id)
    this.#context.state.act(this.#account.id, this.id, this.#context.now(), byAd)
  }

  #element(what: Fields): Fields {
    return element(this.#context, this.id, this.#account.id, what)
  }

  #post(what: Fields): void {
    postWebhook(this.#context, this.#account, [this.#element(what)])
  }
}
