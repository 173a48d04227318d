import { ParleyError } from '@parley/core'
import { v4 } from 'uuid'
import type { VisitorView } from '../visitor-view.ts'

/** A visitor without a browser: speaks the same public HTTP API as the page. */
export class HttpVisitor {
  readonly #baseUrl: string
  readonly #token: string
  #cursor = 0

  constructor(baseUrl: string, token: string) {
    this.#baseUrl = baseUrl
    this.#token = token
  }

  static async arrive(baseUrl: string, connectionId: string): Promise<HttpVisitor> {
    const path = `/api/webchat/${connectionId}/session`
    const { token } = (await call(baseUrl, path, { method: 'POST', body: {} })) as { token: string }
    return new HttpVisitor(baseUrl, token)
  }

  /** Resolves once the server has stored it. */
  async say(text: string): Promise<void> {
    await this.#call('/api/webchat/messages', { method: 'POST', body: { id: v4(), text } })
  }

  /** What is new since the last reading. */
  async read(): Promise<readonly VisitorView[]> {
    const messages: VisitorView[] = []
    for (let more = true; more; ) {
      const page = (await this.#call(`/api/webchat/messages?after=${this.#cursor}`, { method: 'GET' })) as {
        messages: readonly VisitorView[]
        cursor: number
        more: boolean
      }
      messages.push(...page.messages)
      this.#cursor = page.cursor
      more = page.more
    }
    return messages
  }

  #call(path: string, request: { method: string; body?: object }): Promise<unknown> {
    return call(this.#baseUrl, path, { ...request, token: this.#token })
  }
}

async function call(
  baseUrl: string,
  path: string,
  { method, body, token }: { method: string; body?: object; token?: string },
): Promise<unknown> {
  const response = await fetch(new URL(path, baseUrl), {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `visitor ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (response.ok) return JSON.parse(text)
  throw new ParleyError('webchat.simulator-refused', `${method} ${path} answered ${response.status}: ${text}`)
}
