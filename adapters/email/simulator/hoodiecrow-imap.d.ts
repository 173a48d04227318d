/** As far as the simulator uses it: https://github.com/andris9/hoodiecrow */
declare module 'hoodiecrow-imap' {
  import type { Server } from 'node:net'

  interface Message {
    uid: number
    raw: string
    flags: string[]
  }

  interface Mailbox {
    uidvalidity: number
    uidnext: number
    messages: Message[]
  }

  interface ImapConnection {
    send(response: object, description: string, parsed: object, data: unknown): void
  }

  type CommandHandler = (
    connection: ImapConnection,
    parsed: { readonly tag: string; readonly command: string },
    data: unknown,
    done: () => void,
  ) => void

  interface ImapServer {
    readonly server: Server
    getMailbox(path: string): Mailbox | undefined
    getCommandHandler(command: string): CommandHandler | false
    /** `raw`: one character a byte. */
    appendMessage(path: string, flags: readonly string[], date: Date, raw: string): { message: Message }
  }

  export default function hoodiecrow(options: {
    readonly plugins: readonly string[]
    readonly users: Record<string, { password: string; xoauth2?: { accessToken: string; sessionTimeout: number } }>
    readonly storage: object
  }): ImapServer
}
