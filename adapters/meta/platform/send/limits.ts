/** What a product takes of each kind, as numbers. Lengths in characters unless named otherwise. */
export interface PlatformLimits {
  readonly text: number
  /** Where the vendor counts bytes of UTF-8. */
  readonly textBytes?: number
  /** Of documents, where not every one is taken. */
  readonly documentTypes?: readonly string[]
  readonly quickReplies: number
  readonly quickReplyTitle: number
  readonly payload: number
  readonly buttons: number
  readonly buttonTitle: number
  readonly buttonText: number
  readonly cards: number
  readonly cardTitle: number
  readonly cardSubtitle: number
}

/** Meta's "Quick replies", "Button template" and "Generic template" (2026), the same at both. */
export const templateLimits = {
  quickReplies: 13,
  quickReplyTitle: 20,
  payload: 1000,
  buttons: 3,
  buttonTitle: 20,
  buttonText: 640,
  cards: 10,
  cardTitle: 80,
  cardSubtitle: 80,
} as const
