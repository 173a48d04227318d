import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { VendorReceived } from '@parley/core/testing/vendor'

/** An account at SendGrid as the simulator plays it. */
export interface SimulatedAccount {
  readonly apiKey: string
  /** Authenticated domains: it may write from every address of theirs. */
  readonly domains: readonly string[]
  /** Verified single senders. */
  readonly senders?: readonly string[]
  /** Where the Event Webhook posts; without it nothing is posted. */
  readonly eventUrl?: string
  /** Where Inbound Parse posts what customers write. */
  readonly inboundUrl?: string
}

/** A mail that was accepted. */
export interface ReceivedMail {
  readonly seq: number
  readonly id: string
  readonly apiKey: string
  readonly from: string
  readonly to: string
  readonly copies: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
  readonly customArgs: Readonly<Record<string, string>>
  readonly files: readonly { readonly fileName: string; readonly mimeType: string; readonly content: Buffer }[]
}

/** What the simulated SendGrid remembers. */
export class SendGridState {
  readonly accounts = new Map<string, SimulatedAccount>()
  readonly received = new VendorReceived<ReceivedMail>()
  /** Addresses that are dropped instead of delivered, with the reason that is given. */
  readonly suppressed = new Map<string, string>()
  /** Addresses whose servers say nothing yet: their mail is processed and no more. */
  readonly silent = new Set<string>()
  readonly privateKey: KeyObject
  #sequence = 0

  /** @param signingKey base64 of a PKCS #8 DER; without one a key is made */
  constructor(signingKey?: string) {
    this.privateKey =
      signingKey === undefined
        ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
        : createPrivateKey({ key: Buffer.from(signingKey, 'base64'), format: 'der', type: 'pkcs8' })
  }

  /** To be handed to another one that signs in the same way. */
  get signingKey(): string {
    return this.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
  }

  /** As SendGrid shows it: base64 of the DER. */
  get verificationKey(): string {
    return createPublicKey(this.privateKey).export({ format: 'der', type: 'spki' }).toString('base64')
  }

  next(what: string): string {
    this.#sequence += 1
    return `${what}-${this.#sequence}`
  }
}
