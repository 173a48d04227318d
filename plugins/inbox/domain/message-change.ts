import type { DeliveryStatus, InboundContent, VendorError } from '@parley/core'

/** News about a stored message, as plain data, so that it can wait for a message that is not here yet. */
export type MessageChange =
  | {
      readonly kind: 'status'
      readonly status: DeliveryStatus
      readonly by: 'status' | 'echo'
      /** Absent when the channel names none, or one that another message has. */
      readonly externalId?: string
      readonly errors?: readonly VendorError[]
      readonly pricing?: Readonly<Record<string, unknown>>
      readonly at: string
    }
  | {
      readonly kind: 'reaction'
      readonly by: 'customer' | 'business'
      /** Null takes it back. */
      readonly emoji: string | null
      readonly at: string
    }
  | { readonly kind: 'edited'; readonly content: InboundContent; readonly at: string }
  | { readonly kind: 'revoked'; readonly at: string }
