import { postWebhook, type SimulatorContext, signedWebhook } from './context.ts'
import type { MediaEndpoint } from './media-endpoint.ts'
import type { ReceivedMessage, SimulatedAccount } from './state.ts'
import { messageWebhook, statusWebhook } from './webhook-bodies.ts'

type Fields = Readonly<Record<string, unknown>>

const DAY_MS = 24 * 60 * 60_000

/** Options of anything a customer sends. */
export interface Sending {
  /** Id of the message it quotes. */
  readonly quote?: string
  readonly referral?: Fields
  readonly forwarded?: boolean
}

/** A person with a phone, for scripts: writes to one business number and sees what comes back. */
export class SimulatedCustomer {
  readonly id: string
  readonly #context: SimulatorContext
  readonly #account: SimulatedAccount
  readonly #media: MediaEndpoint

  constructor(id: string, deps: { context: SimulatorContext; account: SimulatedAccount; media: MediaEndpoint }) {
    this.id = id
    this.#context = deps.context
    this.#account = deps.account
    this.#media = deps.media
  }

  /** What this phone got from the number, oldest first. */
  get received(): readonly ReceivedMessage[] {
    const mine = (message: ReceivedMessage) =>
      message.to === this.id && message.phoneNumberId === this.#account.phoneNumberId
    return this.#context.state.received.all.filter(mine)
  }

  named(name: string): this {
    this.#context.state.person(this.id).name = name
    return this
  }

  /** The customer's business-scoped id, sent along from now on. */
  withUserId(userId: string): this {
    this.#context.state.person(this.id).userId = userId
    return this
  }

  text(body: string, sending?: Sending): string {
    return this.say({ type: 'text', text: { body } }, sending)
  }

  image(content: Buffer, mimeType = 'image/jpeg', caption?: string, sending?: Sending): string {
    return this.file('image', content, mimeType, caption === undefined ? {} : { caption }, sending)
  }

  /** Any media kind; the file can then be fetched from the simulated Graph. */
  file(type: string, content: Buffer, mimeType: string, more: Fields = {}, sending?: Sending): string {
    const id = this.#media.keep(this.#account, content, mimeType)
    return this.say({ type, [type]: { id, mime_type: mimeType, ...more } }, sending)
  }

  /** A tap on a reply button of the message `quoted`. */
  tapButton(quoted: string, id: string, title: string): string {
    return this.say(
      { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id, title } } },
      { quote: quoted },
    )
  }

  tapRow(quoted: string, id: string, title: string): string {
    return this.say(
      { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id, title } } },
      { quote: quoted },
    )
  }

  /** `undefined` takes the reaction back. */
  react(target: string, emoji: string | undefined): string {
    return this.say({ type: 'reaction', reaction: { message_id: target, ...(emoji === undefined ? {} : { emoji }) } })
  }

  /** Any message by its `type` and body; posts the webhook and opens the window. Answers with its id. */
  say(message: Fields, sending: Sending = {}): string {
    const { id, body } = this.#write(message, sending)
    postWebhook(this.#context, this.#account, body)
    return id
  }

  /** The same, but waits for the webhook's answer. */
  async sayNow(message: Fields, sending: Sending = {}): Promise<{ id: string; status: number }> {
    const { id, body } = this.#write(message, sending)
    const webhook = signedWebhook(this.#account, body)
    return { id, status: webhook === undefined ? 0 : await this.#context.webhooks.postNow(webhook) }
  }

  /** Reports a status for a message that this phone got. */
  report(message: ReceivedMessage, status: string): void {
    const { to, correlationId, id } = message
    const seconds = Math.floor(this.#context.now() / 1000)
    const facts = { id, status, recipient: to, seconds, correlationId, category: 'service' }
    postWebhook(this.#context, this.#account, statusWebhook(this.#account, facts))
  }

  #write(message: Fields, sending: Sending): { id: string; body: Buffer } {
    const { state, now } = this.#context
    const id = state.nextId('wamid')
    const open = sending.referral === undefined ? DAY_MS : 3 * DAY_MS
    state.openWindow(this.#account.phoneNumberId, this.id, now() + open)
    const context = {
      ...(sending.quote === undefined ? {} : { id: sending.quote, from: this.#account.displayPhoneNumber }),
      ...(sending.forwarded === true ? { forwarded: true } : {}),
    }
    const whole = {
      id,
      timestamp: String(Math.floor(now() / 1000)),
      ...message,
      ...(Object.keys(context).length === 0 ? {} : { context }),
      ...(sending.referral === undefined ? {} : { referral: sending.referral }),
    }
    return { id, body: messageWebhook(this.#account, { id: this.id, person: state.person(this.id) }, whole) }
  }
}
