import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'

/** What came is larger than was allowed. */
export class TooLarge extends Error {}

export interface Measure {
  readonly stream: Transform
  /** Once everything has passed. */
  result(): { bytes: number; sha256: string }
}

/** Passes bytes on, counts and hashes them, and ends with {@link TooLarge} as soon as more than `maxBytes` have come. */
export function measure(maxBytes: number): Measure {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) return done(new TooLarge())
      hash.update(chunk)
      done(null, chunk)
    },
  })
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) }
}
