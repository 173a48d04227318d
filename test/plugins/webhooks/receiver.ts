import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface Taken {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: { readonly id: string; readonly type: string; readonly data: Readonly<Record<string, unknown>> }
}

/** A partner's server: keeps what comes, and answers as it is told. */
export class Receiver {
  readonly taken: Taken[] = []
  /** The next answers; 204 when there is none. */
  readonly answers: number[] = []
  /** Answers when `answers` is empty. */
  always = 204
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        this.taken.push({ headers: request.headers, body, event: JSON.parse(body) as Taken['event'] })
        response.writeHead(this.answers.shift() ?? this.always).end('as I was told')
      })
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** The official verifier's judgement. It reads the machine's clock. */
export function verifies(secret: string, { body, headers }: Taken): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}
