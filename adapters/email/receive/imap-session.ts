import type { Connection, Egress } from '@parley/core'
import type { ImapFlow } from 'imapflow'
import type { AccessTokens } from '../account/access-tokens.ts'
import type { MailAccount, MailServer } from '../account/account.ts'
import { credentialOf } from '../account/credential.ts'
import { reachable } from '../account/reachable.ts'
import type { EmailSettings } from '../settings.ts'

export interface SessionParts {
  readonly egress: Egress
  readonly tokens: AccessTokens
  readonly settings: EmailSettings
}

export type SessionRefusal = {
  readonly ok: false
  readonly failure: 'auth' | 'settings' | 'retryable'
  readonly detail: string
}

/** Refusals of a login that will pass (RFC 5530): everything else means that the credential is not good. */
const PASSING = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'OVERQUOTA', 'THROTTLED'])

/** Logs in at the mailbox. The caller closes what it gets. */
export async function openSession(
  { egress, tokens, settings }: SessionParts,
  connection: Connection,
  account: MailAccount & { readonly imap: MailServer },
  signal: AbortSignal,
): Promise<{ ok: true; client: ImapFlow } | SessionRefusal> {
  const { host, port, security } = account.imap
  if (security === 'none' && !settings.allowPlain)
    return { ok: false, failure: 'settings', detail: 'This installation speaks to mail servers under TLS only.' }
  const at = await reachable(account.imap, egress)
  if (!at.ok) return { ok: false, failure: at.blocked ? 'settings' : 'retryable', detail: at.detail }
  const given = await credentialOf(connection, account, tokens)
  if (!given.ok) return given
  const { user, ...secret } = given.credential
  // Loaded with the first mailbox, not with every installation.
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    ...{ host: at.server.address, port, servername: host, logger: false },
    secure: security === 'tls',
    doSTARTTLS: security === 'starttls',
    auth: 'password' in secret ? { user, pass: secret.password } : { user, accessToken: secret.accessToken },
    ...{ connectionTimeout: settings.connectMs, greetingTimeout: settings.connectMs },
    ...{ disableAutoIdle: true, disableBinary: true },
    maxLiteralSize: settings.maxFetchBytes * 2,
  })
  // A connection that breaks tells it by `close`, and every command under way rejects.
  client.on('error', () => undefined)
  const stop = () => client.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect()
    return { ok: true, client }
  } catch (error) {
    client.close()
    const refusal = loginRefusal(error)
    if (refusal.failure === 'auth') tokens.forget(connection)
    return refusal
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function loginRefusal(error: unknown): SessionRefusal {
  const { authenticationFailed, serverResponseCode, responseText, code } = error as {
    authenticationFailed?: boolean
    serverResponseCode?: string
    responseText?: string
    code?: string
  }
  const said = (responseText ?? code ?? 'no connection').slice(0, 200)
  if (authenticationFailed === true && !PASSING.has(serverResponseCode ?? ''))
    return { ok: false, failure: 'auth', detail: `The mailbox refused the login: ${said}` }
  return { ok: false, failure: 'retryable', detail: `The mailbox cannot be reached: ${said}` }
}
