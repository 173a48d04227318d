import { Readable } from 'node:stream'
import MailComposer from 'nodemailer/lib/mail-composer'
import type Mail from 'nodemailer/lib/mailer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import XOAuth2 from 'nodemailer/lib/xoauth2'
import type { MailServer } from '../account/account.ts'
import type { Credential } from '../account/credential.ts'
import type { ReachableServer } from '../account/reachable.ts'
import { SmtpFailed } from './smtp-failed.ts'
import type { Progress, SmtpError } from './smtp-refusal.ts'

export interface SmtpTarget {
  readonly server: MailServer
  readonly at: ReachableServer
  readonly credential: Credential
  readonly connectMs: number
  readonly socketMs: number
}

/** One login, one mail, goodbye. Rejects with {@link SmtpFailed}. */
export async function deliver(
  target: SmtpTarget,
  options: Mail.Options,
  signal: AbortSignal,
): Promise<{ refused: readonly SmtpError[] }> {
  const message = new MailComposer(options).compile()
  const { from, to } = message.getEnvelope()
  const progress = { at: 'before-data' as Progress }
  return converse(target, signal, progress, async (connection) => {
    const source = Readable.from(watched(message.createReadStream(), progress))
    const { promise, resolve, reject } = Promise.withResolvers<{ refused: readonly SmtpError[] }>()
    connection.send({ from: from || '', to }, source, (error, info) => {
      if (error) reject(error)
      else resolve({ refused: info?.rejectedErrors ?? [] })
    })
    return promise
  })
}

/** Logs in, and out again. */
export async function tryLogin(target: SmtpTarget, signal: AbortSignal): Promise<void> {
  await converse(target, signal, { at: 'before-data' }, async () => undefined)
}

async function converse<T>(
  target: SmtpTarget,
  signal: AbortSignal,
  progress: { at: Progress },
  work: (connection: SMTPConnection) => Promise<T>,
): Promise<T> {
  const connection = new SMTPConnection(connectionOptions(target))
  const { promise: failed, reject } = Promise.withResolvers<never>()
  // What answered a command says more than the end of the connection that comes with it, and takes a little longer to get here.
  const lost = (error: Error) => setImmediate(() => reject(error))
  connection.on('error', lost)
  connection.once('end', () => lost(new Error('The server closed the connection.')))
  const stop = () => reject(new Error('It was told to stop.'))
  signal.addEventListener('abort', stop, { once: true })
  failed.catch(() => undefined)
  try {
    signal.throwIfAborted()
    await Promise.race([failed, step((done) => connection.connect(done))])
    await Promise.race([failed, step((done) => connection.login(authOf(target.credential), done))])
    const result = await Promise.race([failed, work(connection)])
    connection.quit()
    return result
  } catch (error) {
    connection.close()
    throw new SmtpFailed(error as SmtpError, progress.at)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function connectionOptions({ server, at, connectMs, socketMs }: SmtpTarget) {
  const { port, security } = server
  return {
    host: at.address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    servername: at.servername,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: socketMs,
    allowInternalNetworkInterfaces: true,
  }
}

function authOf(credential: Credential) {
  if ('password' in credential) return { credentials: { user: credential.user, pass: credential.password } }
  const { user, accessToken } = credential
  return { user, oauth2: new XOAuth2({ user, accessToken }) }
}

function step(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  call((error) => (error ? reject(error) : resolve()))
  return promise
}

/** Read once the server has asked for the mail; what is read to its end may have arrived. */
async function* watched(source: AsyncIterable<unknown>, progress: { at: Progress }): AsyncGenerator<Buffer> {
  progress.at = 'writing'
  for await (const chunk of source) yield chunk as Buffer
  progress.at = 'ended'
}
