import { v4 } from 'uuid'
import type { WebchatUnderTest } from './kit.ts'

export interface Answered {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes, which the tests look into
  readonly body: any
  readonly headers: Headers
}

/** A visitor who speaks HTTP by hand. */
export class TestVisitor {
  readonly #kit: WebchatUnderTest
  token = ''
  participantId = ''

  constructor(kit: WebchatUnderTest) {
    this.#kit = kit
  }

  /** Opens a session, and keeps it. */
  async arrive(body: object = {}): Promise<Answered> {
    const opened = await this.call('POST', `/api/webchat/${this.#kit.connection.id}/session`, body)
    if (opened.status === 200) {
      this.token = opened.body.token
      this.participantId = opened.body.participantId
    }
    return opened
  }

  say(text: string, id = v4(), more: object = {}): Promise<Answered> {
    return this.call('POST', '/api/webchat/messages', { id, text, ...more })
  }

  read(after = 0): Promise<Answered> {
    return this.call('GET', `/api/webchat/messages?after=${after}`)
  }

  async upload(content: Buffer, name: string): Promise<Answered> {
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(content)], { type: 'image/gif' }), name)
    return this.call('POST', '/api/webchat/files', form)
  }

  async call(method: string, path: string, body?: object): Promise<Answered> {
    const json = body !== undefined && !(body instanceof FormData)
    const response = await fetch(this.#kit.url + path, {
      method,
      headers: {
        ...(this.token !== '' && { authorization: `visitor ${this.token}` }),
        ...(json && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers }
  }
}

/** 1 × 1 pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
