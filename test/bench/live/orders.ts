/** What the bench asks of the server program. `say`: a customer writes; every agent's screen is told. */
export type Order = { readonly do: 'say'; readonly person: string; readonly id: string } | { readonly do: 'stop' }

/** What the server program says once it listens. */
export interface Ready {
  readonly baseUrl: string
  readonly apiKey: string
  readonly tenantId: string
}

/** Milliseconds since the epoch, finer than a millisecond, the same in all processes of a machine. */
export const wallClock = () => performance.timeOrigin + performance.now()
