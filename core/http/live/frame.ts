/** What a client's frame is worth: hand it to nes, answer it with an error, or end the conversation. */
export type Verdict =
  | { readonly do: 'pass' }
  | { readonly do: 'answer'; readonly type: string; readonly id: string | number; readonly message: string }
  | { readonly do: 'close'; readonly reason: string }

const PASS: Verdict = { do: 'pass' }
const close = (reason: string): Verdict => ({ do: 'close', reason })

type Fields = Readonly<Record<string, unknown>>

/**
 * Checks a frame before nes sees it. nes 14 reads fields without looking: `null`, a `sub` without a path or an `auth` that
 * is a text end in a TypeError, which it rethrows outside of any handler, and the process would be gone.
 *
 * Requests over the socket are not offered: they would pass by the limits and logs of HTTP. Neither is another credential
 * on the same socket: what the first one subscribed to would stay.
 */
export function judgeFrame(text: string, maxSubscriptions: number): Verdict {
  const frame = parse(text)
  if (!isFields(frame)) return close('expected a JSON object')
  const { type, id } = frame
  if (typeof type !== 'string' || (typeof id !== 'string' && typeof id !== 'number')) {
    return close('expected a type and an id')
  }
  if (type === 'ping') return PASS
  if (type === 'hello') return helloFault(frame, maxSubscriptions) ?? authFault(frame) ?? PASS
  if (type === 'sub' || type === 'unsub') return isPath(frame.path) ? PASS : close('expected a path')
  if (type === 'reauth') return { do: 'answer', type, id, message: 'Open another socket to come as somebody else' }
  return { do: 'answer', type, id, message: 'Only subscriptions are offered here; call the HTTP API for the rest' }
}

function helloFault({ subs }: Fields, maxSubscriptions: number): Verdict | undefined {
  if (subs === undefined) return undefined
  const fine = Array.isArray(subs) && subs.length <= maxSubscriptions && subs.every(isPath)
  return fine ? undefined : close(`expected at most ${maxSubscriptions} paths`)
}

function authFault({ auth }: Fields): Verdict | undefined {
  if (auth === undefined) return undefined
  if (!isFields(auth) || !isFields(auth.headers)) return close('expected auth with headers')
  return Object.values(auth.headers).every((value) => typeof value === 'string')
    ? undefined
    : close('expected text headers')
}

function isPath(path: unknown): path is string {
  return typeof path === 'string' && path.startsWith('/') && path.length <= 512
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: judged like any other value that is no object.
    return undefined
  }
}
