import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultPlan } from '@parley/core/testing/vendor'
import hoodiecrow, { type CommandHandler, type ImapServer } from 'hoodiecrow-imap'

export interface SimulatedMailbox {
  /** Also the name to log in with. */
  readonly address: string
  readonly password: string
  /** Taken by XOAUTH2 besides. */
  readonly accessToken?: string
}

export const INBOX = 'INBOX'
export const SENT = 'Sent'
const PLUGINS = [
  'ID',
  'IDLE',
  'SASL-IR',
  'AUTH-PLAIN',
  'XOAUTH2',
  'NAMESPACE',
  'SPECIAL-USE',
  'UIDPLUS',
  'UNSELECT',
  'ENABLE',
]
const HOUR_MS = 3_600_000

/**
 * One mailbox behind a real IMAP server (hoodiecrow), in memory. Faults hit single commands under the path `/imap/<command>`
 * (`/imap/uid fetch`): `fail` answers NO, `drop` breaks the connection, `delay` answers late. A refused login is a password
 * that the mailbox does not have.
 */
export class MailboxServer {
  readonly #server: ImapServer
  readonly #faults: FaultPlan
  readonly #sockets = new Set<Socket>()

  constructor({ address, password, accessToken }: SimulatedMailbox, faults: FaultPlan) {
    this.#faults = faults
    const xoauth2 = accessToken === undefined ? {} : { xoauth2: { accessToken, sessionTimeout: HOUR_MS } }
    this.#server = hoodiecrow({
      plugins: PLUGINS,
      users: { [address]: { password, ...xoauth2 } },
      storage: {
        INBOX: { uidvalidity: 1, messages: [] },
        '': { folders: { [SENT]: { 'special-use': '\\Sent', uidvalidity: 1, messages: [] } } },
      },
    })
    this.#server.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => this.#sockets.delete(socket))
    })
    const right = this.#server.getCommandHandler.bind(this.#server)
    this.#server.getCommandHandler = (command) => {
      const handler = right(command)
      return handler === false ? false : this.#faulty(command, handler)
    }
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.server.listen(0, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.server.close(resolve))
    this.drop()
    await closed
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#sockets.size
  }

  /** Breaks every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** A mail arrives; answers its UID. */
  append(folder: string, raw: Buffer, at: Date): number {
    return this.#server.appendMessage(folder, [], at, raw.toString('latin1')).message.uid
  }

  raws(folder: string): readonly Buffer[] {
    return this.#mailbox(folder).messages.map(({ raw }) => Buffer.from(raw, 'latin1'))
  }

  /** The UID of the mail with this Message-ID; 0 when there is none. */
  uidOf(folder: string, messageId: string): number {
    return this.#mailbox(folder).messages.findLast(({ raw }) => raw.includes(`<${messageId}>`))?.uid ?? 0
  }

  /** The mail with this Message-ID is gone from the mailbox. */
  remove(folder: string, messageId: string): void {
    const mailbox = this.#mailbox(folder)
    mailbox.messages = mailbox.messages.filter(({ raw }) => !raw.includes(`<${messageId}>`))
  }

  /** The server numbers anew, as after a restore: another UIDVALIDITY, UIDs from 1, and everybody has to come back. */
  renumber(folder: string): void {
    const mailbox = this.#mailbox(folder)
    mailbox.uidvalidity += 1
    mailbox.messages.forEach((message, index) => {
      message.uid = index + 1
    })
    mailbox.uidnext = mailbox.messages.length + 1
    this.drop()
  }

  #mailbox(folder: string) {
    const mailbox = this.#server.getMailbox(folder)
    if (mailbox === undefined) throw new RangeError(`the simulated mailbox has no folder ${folder}`)
    return mailbox
  }

  #faulty(command: string, right: CommandHandler): CommandHandler {
    return (connection, parsed, data, done) => {
      const fault = this.#faults.next('IMAP', `/imap/${command.toLowerCase()}`)
      if (fault === undefined || fault.kind === 'lose-answer') return right(connection, parsed, data, done)
      if (fault.kind === 'drop') return this.drop()
      if (fault.kind === 'delay' || fault.kind === 'delay-answer') {
        void sleep(fault.ms, undefined, { ref: false }).then(() => right(connection, parsed, data, done))
        return
      }
      const value = fault.kind === 'fail' ? (fault.detail ?? 'Not now') : '[THROTTLED] Too many requests'
      connection.send({ tag: parsed.tag, command: 'NO', attributes: [{ type: 'TEXT', value }] }, 'FAULT', parsed, data)
      done()
    }
  }
}
