import {
  jsonOf,
  type VendorFault,
  type VendorReply,
  type VendorRequest,
  VendorServer,
  type VendorServerOptions,
} from '@parley/core/testing/vendor'
import Joi from 'joi'
import { INBOX, MailboxServer, SENT, type SimulatedMailbox } from './mailbox-server.ts'
import { SubmissionServer, type SubmittedMail } from './submission-server.ts'

export interface EmailSimulatorOptions extends VendorServerOptions {
  readonly mailboxes?: readonly SimulatedMailbox[]
  /** Puts a copy of every mail handed in into the sender's Sent folder, as Gmail does. */
  readonly savesSent?: boolean
  /** Refresh tokens that `/token` takes, and the access token each gives. */
  readonly refreshTokens?: Readonly<Record<string, string>>
}

interface Delivery {
  readonly to: string
  readonly folder: string
  /** base64 */
  readonly raw: string
}

const deliverSchema: Joi.ObjectSchema<{ mails: readonly Delivery[] }> = Joi.object({
  mails: Joi.array()
    .items(
      Joi.object({
        to: Joi.string().required(),
        folder: Joi.string().default(INBOX),
        raw: Joi.string().base64().allow('').required(),
      }),
    )
    .required(),
})

/**
 * A provider of mailboxes: one SMTP server to hand mails in at, an IMAP server for each mailbox, and an OAuth2 token endpoint at
 * `/token`. Mails between its own mailboxes arrive. `POST /_sim/deliver` puts mails into folders, all at once.
 */
export class EmailSimulator extends VendorServer {
  /** Mails that were handed in, oldest first. */
  readonly submitted: SubmittedMail[] = []
  readonly #mailboxes = new Map<string, { readonly mailbox: SimulatedMailbox; readonly server: MailboxServer }>()
  readonly #submission: SubmissionServer
  readonly #savesSent: boolean
  readonly #refreshTokens: Readonly<Record<string, string>>

  constructor({ mailboxes = [], savesSent = false, refreshTokens = {}, ...options }: EmailSimulatorOptions = {}) {
    super(options)
    this.#savesSent = savesSent
    this.#refreshTokens = refreshTokens
    for (const mailbox of mailboxes)
      this.#mailboxes.set(mailbox.address, { mailbox, server: new MailboxServer(mailbox, this.faults) })
    this.#submission = new SubmissionServer({
      faults: this.faults,
      mailboxes: () => [...this.#mailboxes.values()].map(({ mailbox }) => mailbox),
      take: async (mail) => this.#take(mail),
    })
  }

  get smtpPort(): number {
    return this.#submission.port
  }

  override async listen(): Promise<string> {
    await this.#submission.listen()
    for (const { server } of this.#mailboxes.values()) await server.listen()
    return super.listen()
  }

  override async close(): Promise<void> {
    await this.#submission.close()
    for (const { server } of this.#mailboxes.values()) await server.close()
    await super.close()
  }

  mailbox(address: string): MailboxServer {
    const found = this.#mailboxes.get(address)
    if (found === undefined) throw new RangeError(`the simulator has no mailbox ${address}`)
    return found.server
  }

  /** What a connection to the mailbox needs. */
  settingsOf(address: string): Readonly<Record<string, unknown>> {
    const at = (port: number) => ({ host: '127.0.0.1', port, security: 'none' })
    return { smtp: at(this.smtpPort), imap: at(this.mailbox(address).port) }
  }

  /** A mail comes in from outside; answers its UID. */
  deliver(address: string, raw: Buffer, folder: string = INBOX): number {
    return this.mailbox(address).append(folder, raw, new Date(this.now()))
  }

  #take(mail: SubmittedMail): void {
    this.submitted.push(mail)
    if (this.#savesSent) this.mailbox(mail.account).append(SENT, mail.raw, new Date(this.now()))
    for (const address of mail.to) if (this.#mailboxes.has(address)) this.deliver(address, withoutBcc(mail.raw))
  }

  protected handle({ method, path, body }: VendorRequest): VendorReply {
    if (method !== 'POST' || path !== '/token') return { status: 404, body: { error: 'not_found' } }
    const form = new URLSearchParams(body.toString('utf8'))
    const accessToken = this.#refreshTokens[form.get('refresh_token') ?? '']
    if (form.get('grant_type') !== 'refresh_token' || accessToken === undefined)
      return { status: 400, body: { error: 'invalid_grant' } }
    return { status: 200, body: { access_token: accessToken, expires_in: 3600, token_type: 'Bearer' } }
  }

  protected refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    const status = fault.kind === 'throttle' ? 429 : (fault.status ?? 503)
    return { status, body: { error: 'temporarily_unavailable' } }
  }

  protected override control(request: VendorRequest): VendorReply | undefined {
    if (request.path !== '/_sim/deliver' || request.method !== 'POST') return undefined
    const { value, error } = deliverSchema.validate(jsonOf(request))
    if (error !== undefined) return { status: 400, body: { detail: error.message } }
    if (value.mails.some(({ to }) => !this.#mailboxes.has(to)))
      return { status: 404, body: { detail: 'no such mailbox' } }
    const uids = value.mails.map(({ to, raw, folder }) => this.deliver(to, Buffer.from(raw, 'base64'), folder))
    return { status: 200, body: { uids } }
  }
}

function withoutBcc(raw: Buffer): Buffer {
  return Buffer.from(raw.toString('latin1').replace(/^bcc:.*(\r?\n[ \t].*)*\r?\n/im, ''), 'latin1')
}
