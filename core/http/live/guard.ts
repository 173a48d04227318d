import type { Server } from '@hapi/hapi'
import type { Clock } from '../../plugin/services.ts'
import type { HttpSettings } from '../settings.ts'
import { judgeFrame } from './frame.ts'
import { type RawSocket, socketServerOf } from './nes-internals.ts'

export interface GuardParts {
  readonly settings: HttpSettings
  readonly publicUrl: string | undefined
  readonly clock: Clock
  draining(): boolean
}

/** Stands before nes: who may connect, how large and how many messages may be, and what they may look like. */
export function guardSockets(server: Server, parts: GuardParts): void {
  const sockets = socketServerOf(server)
  const { live } = parts.settings
  sockets.options.maxPayload = live.maxMessageBytes
  sockets.options.verifyClient = ({ origin, req }, done) => {
    if (parts.draining()) return done(false, 503, 'Service Unavailable')
    // nes would take a cookie called `nes`, whatever is in it, for a credential. Cookies are none here.
    delete req.headers.cookie
    if (!originAllowed(origin, req.headers.host, parts)) return done(false, 403, 'Forbidden')
    done(true)
  }
  sockets.prependListener('connection', (socket) => filterMessages(socket, parts))
}

/**
 * Browsers name the page's origin and let any page open a socket anywhere, so this is where foreign pages are turned away:
 * our own host, the outside address and the CORS origins may. A client that is no browser sends no Origin.
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  { settings, publicUrl }: Pick<GuardParts, 'settings' | 'publicUrl'>,
): boolean {
  if (origin === undefined) return true
  if (settings.corsOrigins.includes(origin)) return true
  const from = URL.canParse(origin) ? new URL(origin) : undefined
  if (from === undefined) return false
  if (publicUrl !== undefined && from.origin === new URL(publicUrl).origin) return true
  return host !== undefined && from.host === host
}

const SECOND = 1000

function filterMessages(socket: RawSocket, { settings: { live }, clock }: GuardParts): void {
  const deliver = socket.emit.bind(socket)
  let second = 0
  let came = 0
  let unread = 0
  socket.emit = (event, ...args) => {
    if (event !== 'message') return deliver(event, ...args)
    const now = Math.floor(clock.millis() / SECOND)
    came = now === second ? came + 1 : 1
    second = now
    if (came > live.maxMessagesPerSecond) return refuse(socket, 'too many messages')
    // Somebody who keeps asking and does not read the answers.
    unread = socket.bufferedAmount > 0 ? unread + 1 : 0
    if (unread > live.maxUnreadAnswers) {
      socket.terminate()
      return true
    }
    const verdict = judgeFrame(String(args[0]), live.maxSubscriptions)
    if (verdict.do === 'pass') return deliver(event, ...args)
    if (verdict.do === 'close') return refuse(socket, verdict.reason)
    const { type, id, message } = verdict
    socket.send(JSON.stringify({ type, id, statusCode: 400, payload: { error: 'Bad Request', message } }))
    return true
  }
}

/** 1008: policy violation (RFC 6455 §7.4.1). */
function refuse(socket: RawSocket, reason: string): boolean {
  socket.close(1008, reason)
  return true
}
