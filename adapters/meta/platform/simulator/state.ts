import { randomBytes } from 'node:crypto'
import { VendorReceived } from '@parley/core/testing/vendor'

/** A page or a professional account known to the simulated platform. */
export interface SimulatedAccount {
  /** As webhooks name it: the page's id, or the account's `user_id`. */
  readonly id: string
  readonly name: string
  readonly username?: string
  /** Instagram: how it was connected. `facebook` has a page behind it. */
  readonly login?: 'instagram' | 'facebook'
  readonly pageId?: string
  /** Without one, any token is taken. */
  readonly accessToken?: string
  /** The long-lived token of a person who manages the page: opens `GET /{page}?fields=access_token`. */
  readonly userToken?: string
  /** Milliseconds since the epoch; a token that is not renewed by then opens nothing. */
  readonly tokenExpiresAt?: number
  readonly tokenIssuedAt?: number
  /** Where its webhooks go, and what signs them. Without them none are posted. */
  readonly callbackUrl?: string
  readonly appSecret?: string
}

/** What a person's screen shows. */
export interface ReceivedMessage {
  /** Grows over all people: the cursor of who follows along. */
  readonly seq: number
  readonly id: string
  readonly account: string
  readonly to: string
  readonly at: number
  /** `text`, an attachment's type, or a sender action. */
  readonly type: string
  /** The send's whole body. */
  readonly message: Readonly<Record<string, unknown>>
  readonly correlationId: string | undefined
}

export interface SimulatedFile {
  readonly id: string
  readonly content: Buffer
  readonly mimeType: string
}

/** Traits of one person. */
export interface SimulatedPerson {
  name: string
  username: string | undefined
  unreachable: boolean
  /** The person's profile is not shown to businesses. */
  hidden: boolean
}

/** When the person last acted, and last came through an ad, at one account. */
interface Acts {
  last: number
  ad: number
}

const MAX_ACTIONS = 20_000
const MAX_PEOPLE = 200_000
const MAX_FILES = 1_000

/** All that the simulator remembers; every list is bounded, the oldest goes first. */
export class PlatformState {
  readonly accounts = new Map<string, SimulatedAccount>()
  readonly people = new Map<string, SimulatedPerson>()
  readonly files = new Map<string, SimulatedFile>()
  /** Ids of reusable uploads. */
  readonly uploads = new Set<string>()
  /** Files of a person's message, by its mid, as `GET /{mid}?fields=attachments` shows them. */
  readonly attachments = new Map<string, readonly { readonly type: string; readonly fileId: string }[]>()
  readonly received = new VendorReceived<ReceivedMessage>()
  /** `<account>/<person>/<action>` of `mark_seen` and typing, newest last. */
  readonly actions: string[] = []
  readonly #acts = new Map<string, Acts>()
  /** Differs per simulator, so that ids of an earlier one, stored by whoever talked to it, never come again. */
  readonly #prefix = randomBytes(6).toString('hex')
  #sequence = 0

  nextId(kind: 'mid' | 'file' | 'token'): string {
    this.#sequence += 1
    const text = `${this.#prefix}${this.#sequence.toString(36).padStart(8, '0')}`
    if (kind === 'mid') return `m_${Buffer.from(text).toString('base64url')}`
    return kind === 'token' ? `EAAsimulated${text}` : `${Date.now()}${this.#sequence}`
  }

  person(id: string): SimulatedPerson {
    const known = this.people.get(id)
    if (known !== undefined) return known
    const person = { name: `Customer ${id.slice(-4)}`, username: undefined, unreachable: false, hidden: false }
    this.people.set(id, person)
    trim(this.people, MAX_PEOPLE)
    return person
  }

  act(account: string, person: string, at: number, byAd = false): void {
    const key = `${account}/${person}`
    const acts = this.#acts.get(key) ?? { last: Number.NEGATIVE_INFINITY, ad: Number.NEGATIVE_INFINITY }
    this.#acts.set(key, { last: Math.max(acts.last, at), ad: byAd ? at : acts.ad })
    trim(this.#acts, MAX_PEOPLE)
  }

  acts(account: string, person: string): Readonly<Acts> | undefined {
    return this.#acts.get(`${account}/${person}`)
  }

  store(content: Buffer, mimeType: string): string {
    const id = this.nextId('file')
    this.files.set(id, { id, content, mimeType })
    trim(this.files, MAX_FILES)
    return id
  }

  noteAction(action: string): void {
    this.actions.push(action)
    if (this.actions.length > MAX_ACTIONS) this.actions.shift()
  }
}

function trim(map: Map<string, unknown>, max: number): void {
  if (map.size <= max) return
  for (const key of map.keys()) {
    map.delete(key)
    break
  }
}
