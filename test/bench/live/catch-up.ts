import type { Ready } from './orders.ts'

interface Feed {
  readonly reset: boolean
  readonly more: boolean
  readonly cursor: string
  readonly items: readonly { readonly id: string }[]
}

interface Messages {
  readonly items: readonly { readonly seq: number; readonly text: string }[]
  readonly next: string | null
}

/** An agent's screen by its own memory: a cursor of the feed, and the messages that it shows. */
export class Screen {
  readonly #server: Ready
  readonly #shown = new Map<string, Map<number, string>>()
  #cursor = ''

  constructor(server: Ready) {
    this.#server = server
  }

  /** Texts of all messages that it shows. */
  get texts(): readonly string[] {
    return [...this.#shown.values()].flatMap((messages) => [...messages.values()])
  }

  /** True when a conversation that it shows lacks a message between two others. */
  get hasGap(): boolean {
    return [...this.#shown.values()].some((messages) => Math.max(0, ...messages.keys()) !== messages.size)
  }

  /** Reads on from its cursor, as after every push and every reconnection. Returns how many requests it took. */
  async catchUp(): Promise<number> {
    let requests = 0
    for (let more = true; more; requests += 1) {
      const feed: Feed = await this.#get(`/api/feed${this.#cursor === '' ? '' : `?after=${this.#cursor}`}`)
      for (const { id } of feed.items) requests += await this.#read(id)
      this.#cursor = feed.cursor
      more = feed.more
    }
    return requests
  }

  async #read(conversationId: string): Promise<number> {
    const shown = this.#shown.get(conversationId) ?? new Map<number, string>()
    this.#shown.set(conversationId, shown)
    let cursor = `after=${Math.max(0, ...shown.keys())}`
    for (let requests = 1; ; requests += 1) {
      const page: Messages = await this.#get(`/api/conversations/${conversationId}/messages?limit=200&${cursor}`)
      for (const { seq, text } of page.items) shown.set(seq, text)
      if (page.next === null) return requests
      cursor = `cursor=${page.next}`
    }
  }

  async #get<T>(path: string): Promise<T> {
    const { baseUrl, apiKey } = this.#server
    const answer = await fetch(baseUrl + path, { headers: { authorization: `Bearer ${apiKey}` } })
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
}
