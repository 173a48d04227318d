import type { InboundContent } from '@parley/core'
import { asText, clip, type Json } from '../../../meta/json.ts'

/**
 * Reads the part of a message that its `type` names (`message[message.type]`). `undefined` when it is not readable: the
 * message then arrives as `unsupported`, with its sender and its place in the thread.
 */
export type KindReader = (body: unknown, message: Json) => InboundContent | undefined

/** The longest text that the contract stores. WhatsApp's own limit is far below. */
const MAX_TEXT = 65_536

export function clipped(value: unknown): string | undefined {
  const text = asText(value)
  return text === undefined ? undefined : clip(text, MAX_TEXT)
}
