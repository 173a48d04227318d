/**
 * A row of the ledger of sends:
 *
 *     intent → attempting → done
 *                 ├──→ failed      (refused for good, or tried too often)
 *                 ├──→ intent      (throttled or a passing fault: comes back later)
 *                 └──→ unknown     (nobody can tell; a status or an echo with our correlation id settles it)
 *
 * An attempt is committed before the vendor is called. Whoever finds `attempting` from an earlier life makes it
 * `unknown` and never repeats it; only a person may, with a resend (back to `intent`).
 */
export type SendState = 'intent' | 'attempting' | 'done' | 'unknown' | 'failed' | 'cancelled'

/** What proves an outcome. */
export interface Evidence {
  readonly by: 'response' | 'status' | 'echo' | 'crash' | 'resend'
  readonly at: string
  readonly detail?: string
}
