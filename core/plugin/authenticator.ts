import type { Actor } from './route.ts'

/** Turns a credential into an actor. `Authorization: <scheme> <token>`, and the same on the WebSocket. */
export interface Authenticator {
  /** Lower case: `bearer` (API keys, from the kernel), `visitor` (web chat). */
  readonly scheme: string
  /** `undefined` when the credential is unknown, expired or revoked. Never throws for a bad one. */
  authenticate(token: string): Promise<Actor | undefined>
}
