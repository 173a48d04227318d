import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = join(import.meta.dirname, '../../../../adapters/webchat/widget')

/**
 * A module of the page, as it is. The page's code has a type check of its own, with the browser's types
 * (`tsc -p adapters/webchat/widget`); here its functions are what the tests say they are.
 */
export function widget<T>(file: string): Promise<T> {
  return import(pathToFileURL(join(folder, file)).href)
}

/** What the page knows of a message; see types.d.ts there. */
export interface PageMessage {
  readonly id: string
  readonly externalId?: string
  readonly seq: number
  readonly revision: number
  readonly from: 'visitor' | 'us'
  readonly author?: string
  readonly text: string
  readonly status: string
  readonly createdAt: string
}

export interface PagePending {
  readonly id: string
  readonly at: number
  readonly state: 'sending' | 'sent' | 'failed'
  readonly text?: string
  readonly ticket?: string
  readonly file?: object
  readonly reason?: string
}

export interface PageState {
  readonly messages: ReadonlyMap<string, PageMessage>
  readonly pending: readonly PagePending[]
  readonly cursor: number
  readonly offline: boolean
  readonly ready: boolean
  readonly visible: boolean
}

export interface PageStore {
  readonly state: PageState
  set(patch: Partial<PageState>): void
  subscribe(listener: (state: PageState) => void): void
}

export type PageStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

export function message(seq: number, patch: Partial<PageMessage> = {}): PageMessage {
  return {
    id: `m${seq}`,
    seq,
    revision: seq,
    from: 'us',
    text: `text ${seq}`,
    status: 'read',
    createdAt: new Date(Date.UTC(2026, 2, 1, 12, seq)).toISOString(),
    ...patch,
  }
}
