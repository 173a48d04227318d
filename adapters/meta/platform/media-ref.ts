const MARK = '#parley='

/** Where a file is, and where a fresh address can be asked for. */
export interface MediaPlace {
  readonly url: string
  readonly mid: string
  /** Which attachment of the message, from 0. */
  readonly index: number
}

/**
 * A file comes as an address that dies. So that a fresh one can be asked for, the message and the attachment's place in it
 * are kept in the fragment, which is never sent to a server.
 */
export function mediaRef(url: string, mid: string, index: number): string {
  const [address = url] = url.split('#')
  return `${address}${MARK}${index},${encodeURIComponent(mid)}`
}

/** `undefined` for a reference that this did not make. */
export function mediaPlaceOf(ref: string): MediaPlace | undefined {
  const mark = ref.lastIndexOf(MARK)
  if (mark === -1) return undefined
  const [index = '', ...mid] = ref.slice(mark + MARK.length).split(',')
  return { url: ref.slice(0, mark), mid: decodeURIComponent(mid.join(',')), index: Number(index) }
}
