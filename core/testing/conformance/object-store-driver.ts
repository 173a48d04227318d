import type { ObjectStore } from '../../contracts/ports/object-store.ts'

/** A store to be judged, freshly opened and empty. */
export interface ObjectStoreBench {
  readonly store: ObjectStore
  /** Follows a link as somebody without any other credential does. */
  follow(link: string): Promise<{ readonly status: number; readonly content: Buffer; readonly disposition: string }>
  /** Lets time pass, for links and for what lies in the store. */
  pass(ms: number): Promise<void>
  /** What runs from time to time in the adapter: takes away what nobody kept or finished. */
  sweep(): Promise<void>
  /** How long a provisional object stays. */
  readonly provisionalMs: number
  /** Names of everything that lies there, marks and halves included. */
  contents(): Promise<readonly string[]>
  /** Puts the store out of order: its disk, its network. */
  breakDown(): Promise<void>
  close(): Promise<void>
}

export interface ObjectStoreDriver {
  readonly name: string
  open(): Promise<ObjectStoreBench>
}
