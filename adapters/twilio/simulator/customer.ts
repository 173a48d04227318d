import { type OptOut, optOutOf } from '../receive/opt-out.ts'
import type { ReceivedMessage, SimulatedAccount, SimulatedSender } from './state.ts'
import { type Parameters, postWebhook, type SimulatorContext, signedWebhook, statusParameters } from './webhooks.ts'

const DAY_MS = 24 * 60 * 60_000

const ANSWERS: Readonly<Record<OptOut, string>> = {
  stop: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  start:
    'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe.',
  help: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
}

export interface File {
  readonly content: Buffer
  readonly mimeType: string
}

/** A person with a phone, for scripts: writes to one of the account's senders and sees what comes back. */
export class SimulatedCustomer {
  /** `+4915112345678`, or `whatsapp:+4915112345678`. */
  readonly address: string
  readonly #context: SimulatorContext
  readonly #account: SimulatedAccount
  readonly #sender: SimulatedSender

  constructor(phone: string, context: SimulatorContext, account: SimulatedAccount, sender: SimulatedSender) {
    this.address = sender.address.startsWith('whatsapp:') ? `whatsapp:${phone}` : phone
    this.#context = context
    this.#account = account
    this.#sender = sender
  }

  /** What this phone got from the sender, oldest first. */
  get received(): readonly ReceivedMessage[] {
    const { address } = this.#sender
    return this.#context.state.received.all.filter(({ to, from }) => to === this.address && from === address)
  }

  text(body: string, more: Parameters = {}): string {
    const { sid, parameters } = this.#write(body, [], more)
    postWebhook(this.#context, this.#account, this.#sender.webhookUrl, parameters)
    return sid
  }

  /** The same, but waits for the webhook's answer. */
  async textNow(body: string, more: Parameters = {}): Promise<{ sid: string; status: number }> {
    const { sid, parameters } = this.#write(body, [], more)
    const { webhookUrl } = this.#sender
    if (webhookUrl === undefined) return { sid, status: 0 }
    const webhook = signedWebhook(this.#context, this.#account, webhookUrl, parameters)
    return { sid, status: await this.#context.webhooks.postNow(webhook) }
  }

  /** An MMS, or a WhatsApp message with files; each can then be fetched from the simulated Twilio. */
  files(files: readonly File[], body = '', more: Parameters = {}): string {
    const { sid, parameters } = this.#write(body, files, more)
    postWebhook(this.#context, this.#account, this.#sender.webhookUrl, parameters)
    return sid
  }

  /** Reports a status for a message that this phone got. */
  report({ sid, from, to, statusCallback }: ReceivedMessage, status: string, errorCode?: string): void {
    const about = { sid, from, to, accountSid: this.#account.sid, serviceSid: this.#sender.serviceSid }
    postWebhook(this.#context, this.#account, statusCallback, statusParameters(about, status, errorCode))
  }

  #write(body: string, files: readonly File[], more: Parameters): { sid: string; parameters: Parameters } {
    const { state, now } = this.#context
    const sid = state.nextSid(files.length === 0 ? 'SM' : 'MM')
    state.openWindow(this.address, this.#sender.address, now() + DAY_MS)
    const optOut = this.#optOut(body)
    const parameters = {
      ...{ MessageSid: sid, SmsSid: sid, SmsMessageSid: sid, AccountSid: this.#account.sid, ApiVersion: '2010-04-01' },
      ...{ From: this.address, To: this.#sender.address, Body: body, NumMedia: String(files.length), NumSegments: '1' },
      ...{ SmsStatus: 'received', MessagingServiceSid: this.#sender.serviceSid },
      ...(optOut !== undefined && this.#sender.advancedOptOut === true ? { OptOutType: optOut.toUpperCase() } : {}),
      ...this.#store(sid, files),
      ...more,
    }
    return { sid, parameters }
  }

  /** Twilio obeys the word, and answers it, before the webhook is told. */
  #optOut(body: string): OptOut | undefined {
    if (this.address.startsWith('whatsapp:') && this.#sender.advancedOptOut !== true) return undefined
    const { state } = this.#context
    const wish = optOutOf(body)
    if (wish === undefined) return undefined
    // YES is an everyday word: without a STOP before it Twilio says nothing.
    const silent = wish === 'start' && !state.hasOptedOut(this.address, this.#sender)
    if (wish !== 'help') state.optOut(this.address, this.#sender, wish === 'stop')
    if (silent) return wish
    const about = { from: this.#sender.address, to: this.address, body: ANSWERS[wish] }
    state.received.add({ ...about, sid: state.nextSid('SM'), mediaUrls: [], automatic: true })
    return wish
  }

  #store(sid: string, files: readonly File[]): Parameters {
    const { state, url } = this.#context
    const pairs = files.flatMap(({ content, mimeType }, index) => {
      const path = `/2010-04-01/Accounts/${this.#account.sid}/Messages/${sid}/Media/${state.nextSid('ME')}`
      state.files.set(path, { content, mimeType, accountSid: this.#account.sid })
      return [
        [`MediaUrl${index}`, `${url()}${path}`],
        [`MediaContentType${index}`, mimeType],
      ]
    })
    return Object.fromEntries(pairs)
  }
}
