import {
  type ChannelMessageReceived,
  type ChannelStatusChanged,
  type Delivery,
  type EventTail,
  type EventType,
  type Ingress,
  type IngressItem,
  identityKey,
  type MessageStatus,
  type MessageView,
  messageChanged,
  messageReceived,
  type OutboundContent,
  type ThreadHistory,
  textOf,
} from '@parley/core'
import { filter, Subject } from 'rxjs'
import { v7 } from 'uuid'

interface Thread {
  readonly connectionId: string
  readonly id: string
  readonly messages: MessageView[]
  revision: number
}

/**
 * What lies behind the web chat, in memory: it keeps the promises of the ports (deduplicated ingest, a history read by
 * revision, a tail), so that the adapter can be tested by itself. The whole path over the real inbox is in test/e2e.
 */
export class StandInInbox implements Ingress, ThreadHistory, EventTail {
  readonly ingested: IngressItem[] = []
  readonly #seen = new Set<string>()
  readonly #threads = new Map<string, Thread>()
  readonly #deliveries = new Subject<Delivery>()
  /** Rejects every ingest, as when the storage is down. */
  failure: Error | undefined
  /** Called for every stored message. */
  onMessage: (data: ChannelMessageReceived) => void = () => {}

  async ingest(items: readonly IngressItem[]): Promise<readonly ('stored' | 'duplicate')[]> {
    if (this.failure !== undefined) throw this.failure
    return items.map((item) => {
      const key = `${item.dedupeScope}|${item.dedupeKey}`
      if (this.#seen.has(key)) return 'duplicate'
      this.#seen.add(key)
      this.ingested.push(item)
      this.#record(item)
      return 'stored'
    })
  }

  async read(
    _uow: unknown,
    { connectionId, identityKey: key, afterRevision, limit }: Parameters<ThreadHistory['read']>[1],
  ) {
    const thread = this.#threads.get(`${connectionId}/${key}`)
    const changed = (thread?.messages ?? []).filter(({ revision }) => revision > afterRevision)
    const messages = changed.sort((a, b) => a.revision - b.revision).slice(0, limit)
    return { threadId: thread?.id, messages }
  }

  tail(types: readonly EventType[]) {
    const wanted = new Set(types.map(({ type }) => type))
    return this.#deliveries.pipe(filter(({ event }) => wanted.has(event.type)))
  }

  /** An answer to whoever writes in this lane; returns the message's id. */
  say(lane: string, content: OutboundContent, status: MessageStatus = 'sent', author = 'Anna'): string {
    const thread = this.#thread(lane)
    const id = v7()
    this.#put(thread, {
      id,
      direction: 'out',
      kind: content.kind,
      text: 'text' in content ? (content.text ?? '') : '',
      content,
      status,
      author: { kind: 'agent', id: 'a1', name: author },
    })
    return id
  }

  /** Another status for a message that was said. */
  settle(lane: string, id: string, status: MessageStatus): void {
    const thread = this.#thread(lane)
    const at = thread.messages.findIndex((message) => message.id === id)
    const message = thread.messages[at]
    if (message === undefined) return
    thread.revision += 1
    thread.messages[at] = { ...message, status, revision: thread.revision }
    this.#tell(thread, message.seq, 'status')
  }

  #record({ event }: IngressItem): void {
    if (event.type.type === 'channel.status.changed.v1') {
      const { externalId, status } = event.data as ChannelStatusChanged
      this.settle(event.key, externalId, status)
      return
    }
    const data = event.data as ChannelMessageReceived
    this.#put(this.#thread(event.key), {
      id: v7(),
      direction: 'in',
      kind: data.content.kind,
      text: textOf(data.content),
      content: data.content,
      status: 'received',
      externalId: data.externalId,
      ...(data.replyTo !== undefined && { replyTo: data.replyTo }),
    })
    this.onMessage(data)
  }

  #put(thread: Thread, message: Omit<MessageView, 'seq' | 'revision' | 'createdAt'>): void {
    thread.revision += 1
    const seq = thread.messages.length + 1
    thread.messages.push({ ...message, seq, revision: thread.revision, createdAt: new Date().toISOString() })
    this.#tell(thread, seq, 'message')
  }

  #tell(thread: Thread, seq: number, what: 'message' | 'status'): void {
    const type = what === 'message' ? messageReceived : messageChanged
    const event = {
      type: type.type,
      data: { threadId: thread.id, connectionId: thread.connectionId, seq, channel: 'webchat' },
    }
    this.#deliveries.next({ event } as Delivery)
  }

  #thread(lane: string): Thread {
    const known = this.#threads.get(lane) ?? {
      id: v7(),
      connectionId: lane.split('/')[0] ?? '',
      messages: [],
      revision: 0,
    }
    this.#threads.set(lane, known)
    return known
  }
}

/** The lane of a visitor, as the adapter names it in its events. */
export function laneOf(connectionId: string, visitorId: string): string {
  return `${connectionId}/${identityKey({ kind: 'visitor', scope: connectionId, value: visitorId })}`
}
