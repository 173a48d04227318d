import type { Actor } from './route.ts'

/** Turns a credential into an actor. `Authorization: <scheme> <token>`, and the same on the WebSocket. */
export interface Authenticator {
  /** Lower case: `bearer` (API keys, from the kernel), `visitor` (web chat). */
  readonly scheme: string
  /**
   * Does the token look like one of mine? By its form alone, without a query. Authenticators that say so may share a scheme:
   * the first that recognises a token's form is asked. Without it every token is tried, and the scheme is its own.
   */
  recognizes?(token: string): boolean
  /** `undefined` when the credential is unknown, expired or revoked. Never throws for a bad one. */
  authenticate(token: string): Promise<Actor | undefined>
}
