import type {
  AccountName,
  ChannelServer,
  StatusFact,
  VendorCall,
  VendorFact,
  VendorMessage,
  VendorSide,
  VendorTrouble,
} from '@parley/core/testing/conformance'
import { mailRef } from '../../../adapters/email/receive/mail-ref.ts'
import { EmailSimulator, INBOX, SENT } from '../../../adapters/email/simulator/index.ts'
import { emailIdentity } from '../../../adapters/mail/events/place.ts'
import { readOwnId } from '../../../adapters/mail/own-id.ts'
import { MailHeaders } from '../../../adapters/mail/read/headers.ts'
import { bounce, letter, pictureLetter, receipt, strangeReport } from './letters.ts'

const ACCOUNTS = {
  first: { address: 'shop@first.example', password: 'password-of-the-first-mailbox' },
  second: { address: 'shop@second.example', password: 'password-of-the-second-mailbox' },
}

/** A provider of mailboxes as the conformance suite sees it: customers' mails arrive there, and ours are handed in. */
export class MailVendor implements VendorSide {
  readonly simulator: EmailSimulator
  readonly #date: Date
  #server: ChannelServer | undefined

  constructor(now: () => number) {
    this.#date = new Date(now())
    this.simulator = new EmailSimulator({ now, mailboxes: Object.values(ACCOUNTS) })
  }

  account(name: AccountName) {
    const { address, password } = ACCOUNTS[name]
    return { externalId: address, name, settings: this.simulator.settingsOf(address), secrets: { password } }
  }

  async connected(server: ChannelServer): Promise<void> {
    this.#server = server
  }

  async calls(facts: readonly VendorFact[]): Promise<readonly VendorCall[]> {
    const accounts = [...new Set(facts.map(({ account }) => account))]
    return accounts.map((account) =>
      this.#posted(
        account,
        facts.filter((fact) => fact.account === account).map((fact) => this.#letterOf(fact)),
      ),
    )
  }

  async statusCalls(facts: readonly StatusFact[]): Promise<readonly VendorCall[]> {
    return facts.map((fact) => this.#posted(fact.account, [this.#reportOf(fact)]))
  }

  externalIdOf(fact: VendorFact): string {
    return `${fact.account}.${fact.id}@customers.example`
  }

  identityOf(_account: AccountName, customer: string) {
    return emailIdentity(addressOf(customer))
  }

  mediaOf(fact: VendorFact) {
    const mailbox = this.simulator.mailbox(ACCOUNTS[fact.account].address)
    const uid = mailbox.uidOf(INBOX, this.externalIdOf(fact))
    if (fact.fact === 'picture' && fact.expired === true) mailbox.remove(INBOX, this.externalIdOf(fact))
    return { mimeType: 'image/jpeg', ref: mailRef({ folder: INBOX, uidValidity: '1', uid, index: 0 }) }
  }

  received(account: AccountName): readonly VendorMessage[] {
    return this.simulator.submitted
      .filter((mail) => mail.account === ACCOUNTS[account].address)
      .map(({ raw, to }) => {
        const externalId = new MailHeaders(raw).ids('message-id')[0] ?? ''
        return {
          externalId,
          customer: to[0]?.split('@')[0] ?? '',
          text:
            /Content-Type: text\/plain[\s\S]*?\r\n\r\n([\s\S]*?)\r\n\r?\n?--/.exec(raw.toString('utf8'))?.[1]?.trim() ??
            '',
          correlationId: readOwnId(externalId)?.correlationId,
        }
      })
  }

  openWindow(): void {}

  trouble(kind: VendorTrouble): void {
    const { faults } = this.simulator
    const once = { path: '/smtp/data', times: 1 } as const
    if (kind === 'throttle') faults.add({ kind: 'throttle', ...once })
    if (kind === 'passing-fault') faults.add({ kind: 'fail', status: 451, ...once })
    if (kind === 'final-refusal')
      faults.add({ kind: 'fail', status: 550, detail: '5.1.1 No such user', path: '/smtp/rcpt', times: 1 })
    if (kind === 'lost-answer') faults.add({ kind: 'lose-answer', ...once })
    if (kind === 'slow-answer') faults.add({ kind: 'delay-answer', ms: 1_000, ...once })
    if (kind === 'hang') faults.add({ kind: 'delay', ms: 4_000, ...once })
  }

  close(): Promise<void> {
    return this.simulator.close()
  }

  #posted(account: AccountName, letters: readonly { folder: string; raw: string }[]): VendorCall {
    const { id: connectionId, tenantId } = this.#server?.connections[account] ?? { id: '', tenantId: '' }
    const to = ACCOUNTS[account].address
    const body = {
      tenantId,
      connectionId,
      letters: letters.map(({ folder, raw }) => ({ to, folder, raw: Buffer.from(raw).toString('base64') })),
    }
    const headers = { 'content-type': 'application/json' }
    return { method: 'POST', path: '/api/postman', headers, body: Buffer.from(JSON.stringify(body)) }
  }

  #letterOf(fact: VendorFact): { folder: string; raw: string } {
    const [customer, business] = [addressOf(fact.customer), ACCOUNTS[fact.account].address]
    // The inbox shows a subject above the words, and the suite asks for the words alone.
    const head = { messageId: this.externalIdOf(fact), date: this.#date, subject: '' }
    if (fact.fact === 'echo')
      return { folder: SENT, raw: letter({ ...head, from: business, to: customer, text: fact.text }) }
    const between = { from: customer, to: business }
    if (fact.fact === 'text') return { folder: INBOX, raw: letter({ ...head, ...between, text: fact.text }) }
    if (fact.fact === 'picture') return { folder: INBOX, raw: pictureLetter({ ...head, ...between, text: '' }) }
    return { folder: INBOX, raw: strangeReport({ ...head, ...between, text: 'What is this?' }) }
  }

  /** `sent` is the copy in the Sent folder; the rest is told by reports. */
  #reportOf({ account, message, status }: StatusFact): { folder: string; raw: string } {
    const { externalId, customer } = message
    const business = ACCOUNTS[account].address
    const submitted = this.simulator.submitted.find(({ raw }) => raw.includes(`<${externalId}>`))
    if (status === 'sent') return { folder: SENT, raw: submitted?.raw.toString('utf8') ?? '' }
    const about = { externalId, to: business, recipient: addressOf(customer), date: this.#date }
    if (status === 'read') return { folder: INBOX, raw: receipt(about) }
    return { folder: INBOX, raw: bounce({ ...about, action: status === 'delivered' ? 'delivered' : 'failed' }) }
  }
}

function addressOf(customer: string): string {
  return `${customer}@customers.example`
}
