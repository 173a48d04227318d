import type { InboundContent } from '@parley/core'
import type { Json } from '../../../meta/json.ts'

/**
 * Reads the part of a message that its `type` names (`message[message.type]`). `undefined` when it is not readable: the
 * message then arrives as `unsupported`, with its sender and its place in the thread.
 */
export type KindReader = (body: unknown, message: Json) => InboundContent | undefined
