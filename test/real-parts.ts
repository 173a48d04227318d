/**
 * Suites that need something a machine may lack: a browser, a Kafka broker, Redis. Where it is missing the suite is named
 * at the end of the run as not run; with CI=true that is a failure.
 */
const missing = new Map<string, string[]>()

/** Like `describe`, with the part handed to the suite: `found` is whatever locates it, `undefined` when it is not there. */
export function describeWith<T>(part: string, found: T | undefined, title: string, suite: (part: T) => void): void {
  if (found !== undefined) {
    describe(title, () => suite(found))
    return
  }
  missing.set(part, [...(missing.get(part) ?? []), title])
  if (process.env.CI === 'true') {
    describe(title, () => {
      it(`runs with ${part}`, () => {
        throw new Error(`${part} is missing on this machine; in CI every suite must run.`)
      })
    })
  }
}

export function missingParts(): { part: string; suites: readonly string[] }[] {
  return [...missing].map(([part, suites]) => ({ part, suites }))
}
