import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * The far end of the wire with no latency of its own: takes any send, answers as the Cloud API does, and tells which
 * customer was answered. It checks nothing, so that both programs are measured against the same free vendor.
 */
export class FakeGraph {
  readonly #server: Server
  #onAnswer: (phone: string) => void = () => {}
  #sent = 0

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (request.method === 'GET') {
          // Parley also asks for its templates; the floor has none.
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}')
          return
        }
        const { to } = JSON.parse(Buffer.concat(chunks).toString()) as { to?: string }
        this.#sent += 1
        const answer = JSON.stringify({
          messaging_product: 'whatsapp',
          contacts: [{ input: to, wa_id: to }],
          messages: [{ id: `wamid.bench-${process.pid}-${this.#sent}` }],
        })
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
        response.end(answer)
        if (to !== undefined) this.#onAnswer(to.replace(/^\+/, ''))
      })
    })
    this.#server.keepAliveTimeout = 60_000
  }

  get sent(): number {
    return this.#sent
  }

  onAnswer(listener: (phone: string) => void): void {
    this.#onAnswer = listener
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
