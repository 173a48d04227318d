import type { Access, Actor } from './route.ts'

/**
 * A topic of the WebSocket (`@hapi/nes` subscription). What is pushed is a hint carrying a cursor; a client that was away
 * reads on from its own cursor over HTTP, so a lost push is never a lost message.
 */
export interface LiveTopic {
  /** `/live/webchat/{threadId}` */
  readonly path: string
  readonly access: Access
  /** False refuses the subscription. */
  authorize(params: Readonly<Record<string, string>>, actor: Actor): Promise<boolean>
}

/** Pushes to the sockets of this process. */
export interface LivePublisher {
  publish(path: string, message: unknown): void
}
