import { randomBytes } from 'node:crypto'
import { VendorReceived } from '@parley/core/testing/vendor'

/** An account at Resend as the simulator plays it. */
export interface SimulatedAccount {
  readonly apiKey: string
  /** Verified domains: it may write from every address of theirs, and gets the mail to them. */
  readonly domains: readonly string[]
  /** Where webhooks are posted; without it nothing is posted. */
  readonly endpointUrl?: string
}

/** A mail that was accepted. */
export interface ReceivedMail {
  readonly seq: number
  readonly id: string
  readonly apiKey: string
  /** `"Shop" <shop@example.com>` */
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly bcc: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly files: readonly { readonly fileName: string; readonly mimeType: string; readonly content: Buffer }[]
}

/** A mail of a customer, before it is fetched. */
export interface ArrivedMail {
  readonly id: string
  readonly from: string
  readonly to: string
  /** As the webhook shows it. */
  readonly subject?: string
  readonly raw: Buffer
}

/** What the simulated Resend remembers. */
export class ResendState {
  readonly accounts = new Map<string, SimulatedAccount>()
  readonly received = new VendorReceived<ReceivedMail>()
  readonly arrived = new Map<string, ArrivedMail>()
  /** By account and idempotency key: the body that was taken, and the id that was given. */
  readonly idempotency = new Map<string, { readonly body: string; readonly id: string }>()
  readonly signingSecret: string
  #sequence = 0

  constructor(signingSecret = `whsec_${randomBytes(24).toString('base64')}`) {
    this.signingSecret = signingSecret
  }

  next(what: string): string {
    this.#sequence += 1
    return `${what}-${this.#sequence}`
  }
}
