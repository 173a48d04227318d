import type { MessageChange } from '../domain/message-change.ts'

/** A change that waits for its message. */
export interface EarlyChangeRecord {
  readonly id: string
  readonly connectionId: string
  readonly externalId: string
  readonly change: MessageChange
}
