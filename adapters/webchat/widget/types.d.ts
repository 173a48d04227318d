/** Shapes that the page's modules share. Types only: never served. */

export interface Config {
  connectionId: string
  mode: 'page' | 'embed'
  title: string
  subtitle: string
  greeting: string
  accent: string
  ink: string
  maxTextLength: number
  maxFileBytes: number
  accept: string
  allowedOrigins: readonly string[]
}

/** What the browser keeps of its session. */
export interface StoredSession {
  token: string
  participantId: string
}

/** Where the session is kept, and who else is to hear of things: our own page, or the embedding one. */
export interface Host {
  read(): Promise<StoredSession | undefined>
  save(session: StoredSession): void
  clear(): void
  unread(count: number): void
  identityRefused(detail: string): void
  close(): void
}

/** A message as the server shows it. */
export interface Message {
  id: string
  externalId?: string
  seq: number
  revision: number
  from: 'visitor' | 'us'
  author?: string
  kind: string
  text: string
  status: string
  createdAt: string
  replyTo?: string
  media?: { url: string; mimeType: string; fileName: string }
  place?: { latitude: number; longitude: number; name?: string }
  header?: string
  footer?: string
  buttons?: readonly { id: string; title: string }[]
  list?: readonly { id: string; title: string; description?: string }[]
  link?: { title: string; url: string }
}

/**
 * A message of ours on its way: `sending` until the server has it, `sent` until the thread shows it, `failed` when the server
 * will not have it.
 */
export interface Pending {
  id: string
  at: number
  state: 'sending' | 'sent' | 'failed'
  text?: string
  payload?: string
  source?: 'button' | 'list' | 'quick-reply'
  /** The ticket of an upload. */
  ticket?: string
  fileName?: string
  mimeType?: string
  /** Bytes of a file that is not uploaded yet; does not survive a reload. */
  file?: File
  /** 0 to 1. */
  progress?: number
  previewUrl?: string
  reason?: string
}

/** What a page can do with its chat: `window.parley`. */
export interface ParleyApi {
  open(): void
  close(): void
  identify(token: string): void
  logout(): void
  destroy(): void
}

declare global {
  interface Window {
    parley?: ParleyApi
    nes: typeof import('@hapi/nes/lib/client')
  }
  /** Written in by the server. */
  const __PARLEY_CONFIG__: Pick<Config, 'connectionId' | 'title' | 'accent' | 'ink'>
}

export interface State {
  messages: ReadonlyMap<string, Message>
  pending: readonly Pending[]
  /** Highest revision read. */
  cursor: number
  /** Nothing reaches the server at the moment. */
  offline: boolean
  /** True once a session's thread has been read, or there is none to read. */
  ready: boolean
  visible: boolean
}

export type Answer =
  // biome-ignore lint/suspicious/noExplicitAny: our own server's JSON
  | { ok: true; status: number; body: any }
  | { ok: false; status: number; retryable: boolean; retryAfterMs?: number; code: string; detail: string }
