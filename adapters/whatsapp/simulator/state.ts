import { randomBytes } from 'node:crypto'
import { VendorReceived } from '@parley/core/testing/vendor'

/** A business phone number known to the simulated Graph. */
export interface SimulatedAccount {
  readonly phoneNumberId: string
  readonly wabaId: string
  /** Without one, any token is taken. */
  readonly accessToken?: string
  readonly displayPhoneNumber: string
  readonly verifiedName: string
  /** Where its webhooks go, and what signs them. Without them none are posted. */
  readonly callbackUrl?: string
  readonly appSecret?: string
}

export interface SimulatedTemplate {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly category: 'MARKETING' | 'UTILITY' | 'AUTHENTICATION'
  readonly status: 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED'
  readonly components: readonly Readonly<Record<string, unknown>>[]
  readonly quality_score?: { readonly score: string }
  readonly rejected_reason?: string
}

/** What a customer's phone shows. */
export interface ReceivedMessage {
  /** Grows over all phones: the cursor of who follows along. */
  readonly seq: number
  readonly id: string
  readonly phoneNumberId: string
  /** Phone digits, BSUID or group id. */
  readonly to: string
  readonly at: number
  readonly type: string
  /** The send's whole body. */
  readonly message: Readonly<Record<string, unknown>>
  readonly correlationId: string | undefined
}

export interface SimulatedMedia {
  readonly id: string
  readonly content: Buffer
  readonly mimeType: string
  readonly storedAt: number
  readonly phoneNumberId: string
}

/** Traits of one person. */
export interface SimulatedPerson {
  name: string
  userId: string | undefined
  unreachable: boolean
  stoppedMarketing: boolean
}

const MAX_WINDOWS = 200_000
const MAX_MEDIA = 1_000

/** All that the simulator remembers; every list is bounded, the oldest goes first. */
export class SimulatorState {
  readonly accounts = new Map<string, SimulatedAccount>()
  readonly templates = new Map<string, readonly SimulatedTemplate[]>()
  /** Of accounts that have none of their own. */
  usualTemplates: readonly SimulatedTemplate[] = []
  readonly people = new Map<string, SimulatedPerson>()
  readonly media = new Map<string, SimulatedMedia>()
  readonly received = new VendorReceived<ReceivedMessage>()
  /** Ids of customers' messages that were marked read, newest last. */
  readonly reads: string[] = []
  /** `<phone number id>/<person>` → until when a free message may be sent. */
  readonly #windows = new Map<string, number>()
  /** Differs per simulator, so that ids of an earlier one, stored by whoever talked to it, never come again. */
  readonly #prefix = randomBytes(6).toString('hex')
  #sequence = 0

  nextId(kind: 'wamid' | 'media'): string {
    this.#sequence += 1
    const text = `${this.#prefix}${this.#sequence.toString(36).padStart(8, '0')}`
    return kind === 'wamid' ? `wamid.${Buffer.from(text).toString('base64')}` : `${Date.now()}${this.#sequence}`
  }

  templatesOf(wabaId: string): readonly SimulatedTemplate[] {
    return this.templates.get(wabaId) ?? this.usualTemplates
  }

  person(id: string): SimulatedPerson {
    const known = this.people.get(id)
    if (known !== undefined) return known
    const person = { name: `Customer ${id.slice(-4)}`, userId: undefined, unreachable: false, stoppedMarketing: false }
    this.people.set(id, person)
    trim(this.people, MAX_WINDOWS)
    return person
  }

  openWindow(phoneNumberId: string, person: string, until: number): void {
    const key = `${phoneNumberId}/${person}`
    this.#windows.set(key, Math.max(until, this.#windows.get(key) ?? 0))
    trim(this.#windows, MAX_WINDOWS)
  }

  windowOpen(phoneNumberId: string, person: string, now: number): boolean {
    return (this.#windows.get(`${phoneNumberId}/${person}`) ?? 0) > now
  }

  store(media: SimulatedMedia): void {
    this.media.set(media.id, media)
    trim(this.media, MAX_MEDIA)
  }
}

function trim(map: Map<string, unknown>, max: number): void {
  if (map.size <= max) return
  for (const key of map.keys()) {
    map.delete(key)
    break
  }
}
