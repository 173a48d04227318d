import { type Egress, newId } from '@parley/core'
import { type Envelope, PROTOCOL, signedTarget } from './protocol.ts'
import { signedHeaders } from './signature.ts'

/** Where a remote is, and what signs calls to it and its answers. */
export interface RemoteTarget {
  readonly url: string
  readonly secrets: readonly string[]
}

/** A call with a body (an operation), or one that only reads. `path` is below the target's address. */
export interface RemoteCall {
  readonly path: string
  readonly body?: Omit<Envelope, 'protocol'>
  readonly signal?: AbortSignal
}

/** `not-sent`: no byte reached the remote. `circuit-open`, `busy`: it was not called now. */
export type Unsent =
  | { readonly outcome: 'not-sent'; readonly code: string }
  | { readonly outcome: 'circuit-open' | 'busy'; readonly retryAfterMs: number }

type EgressRequest = NonNullable<Parameters<Egress['fetch']>[1]>

export type Prepared =
  | { readonly ready: true; readonly url: string; readonly id: string; readonly request: EgressRequest }
  | { readonly ready: false; readonly answer: Unsent }

/** The call with its envelope and signature. `id` is fresh for each: a remote refuses one that it has seen. */
export function prepareCall(
  { url: base, secrets }: RemoteTarget,
  { path, body: envelope, signal }: RemoteCall,
  { now, allowHttp }: { readonly now: number; readonly allowHttp: boolean },
): Prepared {
  const id = `req_${newId()}`
  const body = envelope === undefined ? undefined : JSON.stringify({ protocol: PROTOCOL, ...envelope })
  const method: 'GET' | 'POST' = body === undefined ? 'GET' : 'POST'
  const signature = signedHeaders(id, body ?? signedTarget(method, path), secrets, now)
  if (signature === undefined) return unsent('secret-unusable')
  if (signal?.aborted === true) return unsent('aborted')
  if (new URL(base).protocol === 'http:' && !allowHttp) return unsent('url-invalid')
  const headers = {
    accept: 'application/json, application/problem+json',
    'user-agent': 'Parley-Remote/1.0',
    'parley-protocol': PROTOCOL,
    ...signature,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const request: EgressRequest = {
    ...{ method, headers },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  }
  return { ready: true, url: `${base.replace(/\/$/, '')}${path}`, id, request }
}

function unsent(code: string): Prepared {
  return { ready: false, answer: { outcome: 'not-sent', code } }
}
