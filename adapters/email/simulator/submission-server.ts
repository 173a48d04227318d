import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultPlan, VendorFault } from '@parley/core/testing/vendor'
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerSession } from 'smtp-server'
import type { SimulatedMailbox } from './mailbox-server.ts'

/** A mail as it was handed in. */
export interface SubmittedMail {
  /** Who logged in. */
  readonly account: string
  readonly from: string
  readonly to: readonly string[]
  readonly raw: Buffer
}

type Done = (error?: Error | null) => void

/**
 * The SMTP server of all simulated mailboxes (smtp-server). Faults hit the recipient (`/smtp/rcpt`) and the mail (`/smtp/data`):
 * `throttle` answers 421, `fail` whatever code it names (default 451), `lose-answer` takes the mail and breaks the connection,
 * `drop` breaks it before, `delay` answers late.
 */
export class SubmissionServer {
  readonly #server: SMTPServer
  readonly #faults: FaultPlan
  readonly #mailboxes: () => readonly SimulatedMailbox[]
  readonly #take: (mail: SubmittedMail) => Promise<void>

  constructor(parts: {
    readonly faults: FaultPlan
    readonly mailboxes: () => readonly SimulatedMailbox[]
    readonly take: (mail: SubmittedMail) => Promise<void>
  }) {
    this.#faults = parts.faults
    this.#mailboxes = parts.mailboxes
    this.#take = parts.take
    this.#server = new SMTPServer({
      ...{ secure: false, disabledCommands: ['STARTTLS'], allowInsecureAuth: true, authOptional: false, logger: false },
      ...{ authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'], disableReverseLookup: true, closeTimeout: 500 },
      onAuth: (auth, _session, done) => this.#login(auth, done),
      onRcptTo: (_address, session, done) => void this.#under('/smtp/rcpt', session, async () => undefined, done),
      onData: (stream, session, done) => {
        void buffer(stream).then(
          (raw) => this.#under('/smtp/data', session, () => this.#accept(session, raw), done),
          done,
        )
      },
    })
    this.#server.on('error', () => undefined)
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #login(auth: SMTPServerAuthentication, done: (error: Error | null, answer?: { user: string }) => void): void {
    const { username = '', password, accessToken } = auth
    const account = this.#mailboxes().find(({ address }) => address === username)
    const shown = auth.method === 'XOAUTH2' ? accessToken : password
    const wanted = auth.method === 'XOAUTH2' ? account?.accessToken : account?.password
    if (account !== undefined && wanted !== undefined && shown === wanted) done(null, { user: username })
    else done(refusal(535, '5.7.8 Username and password not accepted'))
  }

  async #under(path: string, session: SMTPServerSession, work: () => Promise<void>, done: Done): Promise<void> {
    const fault = this.#faults.next('SMTP', path)
    if (fault?.kind === 'drop') return this.#break(session)
    if (fault?.kind === 'throttle' || fault?.kind === 'fail') return done(answerTo(fault))
    if (fault?.kind === 'delay') await sleep(fault.ms, undefined, { ref: false })
    await work()
    if (fault?.kind === 'lose-answer') return this.#break(session)
    if (fault?.kind === 'delay-answer') await sleep(fault.ms, undefined, { ref: false })
    done()
  }

  #accept(session: SMTPServerSession, raw: Buffer): Promise<void> {
    const { mailFrom, rcptTo } = session.envelope
    const from = mailFrom === false ? '' : mailFrom.address
    return this.#take({ account: String(session.user), from, to: rcptTo.map(({ address }) => address), raw })
  }

  #break(session: SMTPServerSession): void {
    for (const connection of this.#server.connections as Set<{
      session: SMTPServerSession
      _socket: { destroy(): void }
    }>)
      if (connection.session.id === session.id) connection._socket.destroy()
  }
}

function answerTo(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): Error {
  if (fault.kind === 'throttle') return refusal(421, '4.7.0 Too many mails, try again later')
  return refusal(fault.status ?? 451, fault.detail ?? '4.3.0 Passing trouble')
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
