import { createHmac } from 'node:crypto'
import { jsonOf, type VendorFault, type VendorReply, type VendorRequest, VendorServer } from '@parley/core/testing'
import type { CaseName, StatusFact, VendorFact } from '@parley/core/testing/conformance'

/** Cases that Acmegram cannot have, with the reason: `{ echo: 'a bot has no other app to write from' }`. */
export const notApplicable: Partial<Record<CaseName, string>> = {}

/** The suite's customers, by the ids that they have at Acmegram. */
export const PEOPLE: Readonly<Record<string, string>> = { ada: '5501', ben: '5502' }

const SIGNING_SECRET = 'signing-secret-of-the-simulated-vendor'

export interface Account {
  readonly id: string
  readonly name: string
  readonly token: string
}

/** A webhook as it is posted; `query` is added to the endpoint's address. */
export interface Posted {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly query?: string
}

/** A message of ours that arrived. `of`: the account's id. */
export interface Arrived {
  readonly id: string
  readonly of: string
  readonly person: string
  readonly text: string
  readonly reference: string | undefined
}

type Fact = VendorFact & { readonly of: Account; readonly externalId: string }
type Status = Pick<StatusFact, 'message' | 'status'> & { readonly of: Account }

/** Acmegram's side of the wire: accounts, messages, signed webhooks. It keeps nothing between two runs. */
export class Simulator extends VendorServer {
  readonly secrets = { signingSecret: SIGNING_SECRET }
  /** Faults hit calls of this path. */
  readonly sendPath = '/messages'
  /** Oldest first. */
  readonly messages: Arrived[] = []
  readonly #accounts: readonly Account[]

  constructor({ accounts, now }: { accounts: readonly Account[]; now: () => number }) {
    super({ now })
    this.#accounts = accounts
  }

  externalId({ id }: Account, fact: VendorFact): string {
    return `${id}-${fact.id}`
  }

  /** Everything fits in one call, whosever it is. */
  webhooksFor(facts: readonly Fact[]): readonly Posted[] {
    const [first] = facts
    return first === undefined
      ? []
      : [
          this.#posted(
            first.of,
            facts.map((fact) => this.#update(fact)),
          ),
        ]
  }

  statusesFor(statuses: readonly Status[]): readonly Posted[] {
    return statuses.map(({ of, message, status }) => {
      const { externalId, customer, correlationId: reference } = message
      const person = PEOPLE[customer] ?? customer
      const id = `${externalId}-${status}`
      return this.#posted(of, [{ type: 'status', id, account: of.id, person, message: externalId, status, reference }])
    })
  }

  /** The id of the file that a picture left; this simulator does not hand files out yet. */
  fileOf(fact: VendorFact): string {
    return `file-${fact.id}`
  }

  signed(_: Account, body: Buffer, secret: string = SIGNING_SECRET): Posted {
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    return { body, headers: { 'content-type': 'application/json', 'acmegram-signature': signature } }
  }

  protected override handle(request: VendorRequest): VendorReply {
    const { method, path, headers } = request
    const account = this.#accounts.find(({ token }) => headers.authorization === `Bearer ${token}`)
    if (account === undefined) return refusal(401, 'bad_token')
    if (method === 'GET' && path === '/account')
      return { status: 200, body: { account: account.id, name: account.name } }
    if (method !== 'POST' || path !== this.sendPath) return refusal(404, 'no_such_call')
    const { person, text, reference } = (jsonOf(request) ?? {}) as Record<string, string | undefined>
    if (person === undefined || text === undefined) return refusal(422, 'incomplete')
    const id = `out-${this.messages.length + 1}`
    this.messages.push({ id, of: account.id, person, text, reference })
    return { status: 201, body: { id } }
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    if (fault.kind === 'throttle') return refusal(429, 'slow_down', fault.retryAfterMs)
    return refusal(fault.status ?? 503, fault.status === 404 ? 'unknown_person' : 'overloaded')
  }

  #update(fact: Fact): object {
    const { of, externalId } = fact
    const person = PEOPLE[fact.customer] ?? fact.customer
    const update = {
      id: externalId,
      account: of.id,
      person,
      message: externalId,
      at: new Date(this.now()).toISOString(),
    }
    if (fact.fact === 'text') return { ...update, type: 'message', name: fact.customer, text: fact.text }
    if (fact.fact === 'picture') return { ...update, type: 'message', name: fact.customer, picture: this.fileOf(fact) }
    if (fact.fact === 'echo') return { ...update, type: 'own-message', text: fact.text }
    return { ...update, type: 'poll' }
  }

  #posted(of: Account, updates: readonly object[]): Posted {
    return this.signed(of, Buffer.from(JSON.stringify({ updates })))
  }
}

function refusal(status: number, code: string, retryAfterMs?: number): VendorReply {
  return { status, body: { error: { code, retryAfterMs } } }
}
