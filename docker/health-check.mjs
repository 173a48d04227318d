/**
 * The image's health check: ends with 0 when this container's server is ready, and with 1 when it is not, or not there.
 * Built-in modules only, so that it costs a few milliseconds.
 */
const LONGEST_MS = 4_000

const url = `http://127.0.0.1:${process.env.PORT || 3000}/readyz`
const ready = await fetch(url, { signal: AbortSignal.timeout(LONGEST_MS) }).then(
  (answer) => answer.ok,
  () => false,
)
process.exit(ready ? 0 : 1)
