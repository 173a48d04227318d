import type { Connection } from '@parley/core'
import type { AccessTokens } from './access-tokens.ts'
import type { MailAccount } from './account.ts'

/** What a mail server is shown. */
export type Credential = { readonly user: string } & ({ readonly password: string } | { readonly accessToken: string })

export type CredentialRefusal = { readonly ok: false; readonly failure: 'auth' | 'retryable'; readonly detail: string }

/** The password, or a fresh access token. */
export async function credentialOf(
  connection: Connection,
  account: MailAccount,
  tokens: AccessTokens,
): Promise<{ ok: true; credential: Credential } | CredentialRefusal> {
  const { user, oauth } = account
  if (oauth === undefined) {
    const { password } = connection.secrets
    if (password === undefined || password === '')
      return { ok: false, failure: 'auth', detail: 'The connection has no password.' }
    return { ok: true, credential: { user, password } }
  }
  const token = await tokens.of(connection, oauth)
  return token.ok ? { ok: true, credential: { user, accessToken: token.accessToken } } : token
}
