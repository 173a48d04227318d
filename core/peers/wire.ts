import type { Connection } from '../contracts/ports/connections.ts'
import { withHidden } from '../secrets/hidden.ts'
import type { KeyRing } from '../secrets/key-ring.ts'

/** A call on its way: which method of which provider, with what. */
export interface PeerCall {
  readonly port: string
  readonly key: string
  readonly method: string
  readonly arguments: readonly unknown[]
}

/** Opens only at the peer that it was sealed for, and only as this call; `direction` keeps an answer from being a call. */
interface Envelope {
  readonly peer: string
  readonly call: string
  readonly direction: 'call' | 'answer'
}

const CONNECTION = '$connection'
const SECRETS = '$secrets'
const SIGNAL = '$signal'

/** Everything that crosses is sealed with the installation's keys: nobody else can read it, write it or send it elsewhere. */
export function seal(ring: KeyRing, value: unknown, envelope: Envelope): string {
  return ring.seal(JSON.stringify(value), contextOf(envelope))
}

/** @throws ParleyError `secrets.tampered`, `secrets.unknown-key` */
export function open<T>(ring: KeyRing, sealed: string, envelope: Envelope): T {
  return JSON.parse(ring.open(sealed, contextOf(envelope))) as T
}

function contextOf({ peer, call, direction }: Envelope) {
  return { tenantId: '', purpose: `peer.${direction}`, id: `${peer}/${call}` }
}

/** Arguments as plain data: a signal becomes a mark, and a connection takes its secrets along, which no serializer sees. */
export function plain(value: unknown): unknown {
  if (value instanceof AbortSignal) return { [SIGNAL]: true }
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]))
  return isConnection(value) ? { [CONNECTION]: fields, [SECRETS]: value.secrets } : fields
}

/** The same at the other end; every signal is `signal`. */
export function revived(value: unknown, signal: AbortSignal): unknown {
  if (Array.isArray(value)) return value.map((one) => revived(one, signal))
  if (!isRecord(value)) return value
  if (value[SIGNAL] === true) return signal
  if (isRecord(value[CONNECTION])) return withHidden(value[CONNECTION], 'secrets', Object.freeze(value[SECRETS]))
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, revived(field, signal)]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isConnection(value: Record<string, unknown>): value is Record<string, unknown> & Connection {
  return typeof value.tenantId === 'string' && typeof value.provider === 'string' && isRecord(value.secrets)
}
