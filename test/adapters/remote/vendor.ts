import { randomUUID } from 'node:crypto'
import type { Identity } from '@parley/core'
import type {
  AccountName,
  ChannelServer,
  StatusFact,
  VendorCall,
  VendorFact,
  VendorMessage,
  VendorSide,
  VendorTrouble,
  WebhookSide,
} from '@parley/core/testing/conformance'
import { Remote } from '../../../adapters/remote/simulator/remote.mjs'
import { sign } from '../../../adapters/remote/simulator/signing.mjs'

export const secretOf = (what: string) => `whsec_${Buffer.from(what.padEnd(32, '.')).toString('base64')}`

export const APP_SECRET = secretOf('manifest-of-the-run')
export const ENDPOINT_SECRET = secretOf('endpoint-of-the-run')
export const ACCOUNTS = {
  first: { account: 'line-1', title: 'Bakery', secrets: [secretOf('account-one-of-the-run')] },
  second: { account: 'line-2', title: 'Butcher', secrets: [secretOf('account-two-of-the-run')] },
} as const

const JSON_BODY = { 'content-type': 'application/json' }

/** A remote as the conformance suite sees it: the reference remote, which posts nothing by itself. */
export class RemoteVendor implements VendorSide {
  readonly webhook: WebhookSide = {
    secrets: { signingSecret: ENDPOINT_SECRET },
    signed: (body) => this.#signed(body, ENDPOINT_SECRET),
    unsigned: (call) => ({ ...call, headers: JSON_BODY }),
    signedWith: (call, secret) => this.#signed(call.body, secret, call.path),
  }
  readonly remote: Remote
  readonly #now: () => number
  #path = ''

  constructor(now: () => number) {
    this.#now = now
    this.remote = new Remote({ accounts: Object.values(ACCOUNTS), secrets: [APP_SECRET], now })
  }

  account(name: AccountName) {
    const { account, secrets } = ACCOUNTS[name]
    return { externalId: account, name, secrets: { signingSecret: secrets[0] } }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#path = server.hookPath ?? ''
  }

  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    return [this.#posted(facts.map((fact) => this.#event(fact)))]
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.map(({ account, message, status }) =>
      this.#posted([
        {
          ...this.#head(account, `${message.externalId}/${status}`, 'status.changed'),
          ...{ externalId: message.externalId, status, recipient: this.identityOf(account, message.customer) },
          ...(message.correlationId === undefined ? {} : { correlationId: message.correlationId }),
        },
      ]),
    )
  }

  externalIdOf(fact: VendorFact): string {
    return `${fact.account}-${fact.id}`
  }

  identityOf(account: AccountName, customer: string): Identity {
    return { kind: 'remote', scope: ACCOUNTS[account].account, value: customer }
  }

  mediaOf(fact: VendorFact) {
    const ref = `file of ${this.externalIdOf(fact)}`
    const gone = fact.fact === 'picture' && fact.expired === true
    const { account } = ACCOUNTS[fact.account]
    if (!gone) this.remote.files.set(ref, { account, content: Buffer.from('a jpeg'), mimeType: 'image/jpeg' })
    return { mimeType: 'image/jpeg', ref }
  }

  received(account: AccountName): readonly VendorMessage[] {
    return this.remote.received
      .filter((message) => message.account === ACCOUNTS[account].account)
      .map(({ externalId, to, content, correlationId }) => ({
        ...{ externalId, correlationId, customer: to },
        text: String(content.text ?? ''),
      }))
  }

  openWindow(): void {}

  trouble(kind: VendorTrouble): void {
    this.remote.faults.push(kind)
  }

  close(): Promise<void> {
    return this.remote.close()
  }

  #posted(events: readonly object[]): VendorCall {
    return this.#signed(Buffer.from(JSON.stringify({ protocol: '1.0', events })), ENDPOINT_SECRET)
  }

  #signed(body: Buffer, secret: string, path = this.#path): VendorCall {
    const headers = { ...JSON_BODY, ...sign(`msg_${randomUUID()}`, body, [secret], this.#now()) }
    return { method: 'POST', path, headers, body }
  }

  #head(account: AccountName, id: string, type: string) {
    return { id, type, account: ACCOUNTS[account].account, occurredAt: new Date(this.#now()).toISOString() }
  }

  #event(fact: VendorFact): object {
    const externalId = this.externalIdOf(fact)
    const person = { identities: [this.identityOf(fact.account, fact.customer)], displayName: fact.customer }
    const head = (type: string) => this.#head(fact.account, `${fact.fact}/${externalId}`, type)
    if (fact.fact === 'unknown')
      return { ...head('unknown.received'), vendorKind: 'hologram', raw: { depth: 3, id: fact.id } }
    if (fact.fact === 'echo') {
      const content = { kind: 'text', text: fact.text }
      return { ...head('message.echoed'), externalId, recipient: person, content }
    }
    const content =
      fact.fact === 'text' ? { kind: 'text', text: fact.text } : { kind: 'image', media: this.mediaOf(fact) }
    return { ...head('message.received'), externalId, sender: person, content }
  }
}
