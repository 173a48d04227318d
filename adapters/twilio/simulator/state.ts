import { VendorReceived } from '@parley/core/testing/vendor'

/** A Twilio account: who may call, and whose webhooks are signed with its token. */
export interface SimulatedAccount {
  readonly sid: string
  readonly authToken: string
  readonly friendlyName: string
}

/** A number, or a WhatsApp sender (`whatsapp:+…`). */
export interface SimulatedSender {
  readonly accountSid: string
  readonly address: string
  readonly friendlyName?: string
  /** Where messages to it are told; without it nobody is told. */
  readonly webhookUrl?: string
  /** The Messaging Service whose pool it is in. */
  readonly serviceSid?: string
  /** The service has Advanced Opt-Out: webhooks say what a word meant. */
  readonly advancedOptOut?: boolean
}

export interface SimulatedContent {
  readonly sid: string
  readonly friendlyName: string
  readonly language: string
  readonly body: string
  readonly variables: Readonly<Record<string, string>>
  readonly approval: { readonly name: string; readonly category: string; readonly status: string }
}

/** What a phone got. */
export interface ReceivedMessage {
  readonly seq: number
  readonly sid: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly mediaUrls: readonly string[]
  readonly contentSid?: string
  readonly statusCallback?: string
  /** Twilio's own answer to STOP, START or HELP. */
  readonly automatic: boolean
}

export interface StoredFile {
  readonly content: Buffer
  readonly mimeType: string
  readonly accountSid: string
}

/** Everything the simulated Twilio remembers. */
export class SimulatorState {
  readonly accounts = new Map<string, SimulatedAccount>()
  /** By address. */
  readonly senders = new Map<string, SimulatedSender>()
  readonly contents: SimulatedContent[] = []
  readonly received = new VendorReceived<ReceivedMessage>()
  /** By the path of their address, without the query. */
  readonly files = new Map<string, StoredFile>()
  /** Message SIDs that we showed typing for. */
  readonly typing: string[] = []
  readonly #optedOut = new Set<string>()
  readonly #windows = new Map<string, number>()
  #sequence = 0

  /** `SM…`: the prefix and 32 hexadecimal digits. */
  nextSid(prefix: string): string {
    this.#sequence += 1
    return `${prefix}${this.#sequence.toString(16).padStart(32, '0')}`
  }

  /** What opts out is the pair of a person and a sender, or the sender's whole service. */
  optOut(person: string, sender: SimulatedSender, out: boolean): void {
    const key = `${person}/${sender.serviceSid ?? sender.address}`
    if (out) this.#optedOut.add(key)
    else this.#optedOut.delete(key)
  }

  hasOptedOut(person: string, sender: SimulatedSender): boolean {
    return this.#optedOut.has(`${person}/${sender.serviceSid ?? sender.address}`)
  }

  openWindow(person: string, sender: string, until: number): void {
    this.#windows.set(`${person}/${sender}`, until)
  }

  windowOpen(person: string, sender: string, now: number): boolean {
    return (this.#windows.get(`${person}/${sender}`) ?? 0) > now
  }

  sendersOf(serviceSid: string): readonly SimulatedSender[] {
    return [...this.senders.values()].filter((sender) => sender.serviceSid === serviceSid)
  }
}
