import { createHash } from 'node:crypto'
import type { Clock, Connection, Connections, Database, Egress } from '@parley/core'
import { LRUCache } from 'lru-cache'
import type { CredentialRefusal } from './credential.ts'

type Provider = 'google' | 'microsoft'

/** Token endpoints and scopes by the providers' documents: Google "Using OAuth 2.0 for Web Server Applications", Microsoft "Authenticate an IMAP, POP or SMTP connection using OAuth". */
const PROVIDERS: Readonly<Record<Provider, { url: string; scope?: string }>> = {
  google: { url: 'https://oauth2.googleapis.com/token' },
  microsoft: {
    url: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    scope: 'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
  },
}

/** Refreshed this long before they end. */
const MARGIN_MS = 60_000
const MAX_CACHED = 10_000

interface Cached {
  readonly accessToken: string
  readonly endsAt: number
}

type Answer = { ok: true; accessToken: string } | CredentialRefusal

/** Access tokens of mailboxes, made from their refresh tokens and kept until shortly before they end. In memory only. */
export class AccessTokens {
  readonly #cached = new LRUCache<string, Cached>({ max: MAX_CACHED })
  readonly #underWay = new Map<string, Promise<Answer>>()
  readonly #parts: {
    readonly egress: Egress
    readonly clock: Clock
    readonly database: Database
    readonly connections: Connections
    readonly urls: Readonly<Partial<Record<Provider, string>>>
  }

  constructor(parts: {
    egress: Egress
    clock: Clock
    database: Database
    connections: Connections
    urls: Readonly<Partial<Record<Provider, string>>>
  }) {
    this.#parts = parts
  }

  async of(connection: Connection, provider: Provider): Promise<Answer> {
    const { refreshToken = '', clientId = '' } = connection.secrets
    if (refreshToken === '' || clientId === '')
      return { ok: false, failure: 'auth', detail: 'The connection has no refresh token or no client id.' }
    const key = keyOf(connection.id, refreshToken)
    const cached = this.#cached.get(key)
    if (cached !== undefined && cached.endsAt - MARGIN_MS > this.#parts.clock.millis())
      return { ok: true, accessToken: cached.accessToken }
    // Sending and receiving ask at once; a refresh token that is replaced by every use must not be used twice.
    const refreshing =
      this.#underWay.get(key) ??
      this.#refresh(connection, provider, key).finally(() => {
        this.#underWay.delete(key)
      })
    this.#underWay.set(key, refreshing)
    return refreshing
  }

  /** A server refused it before its time. */
  forget(connection: Connection): void {
    this.#cached.delete(keyOf(connection.id, connection.secrets.refreshToken ?? ''))
  }

  async #refresh(connection: Connection, provider: Provider, key: string): Promise<Answer> {
    const { refreshToken = '', clientId = '', clientSecret } = connection.secrets
    const { url, scope } = PROVIDERS[provider]
    const form = {
      ...{ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId },
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      ...(scope === undefined ? {} : { scope }),
    }
    const answer = await this.#parts.egress.fetch(this.#parts.urls[provider] ?? url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
    })
    if (!answer.ok) return { ok: false, failure: 'retryable', detail: `No access token: ${answer.detail}` }
    const body = jsonOf(answer.body)
    const { access_token: accessToken, expires_in: seconds, refresh_token: rotated, error } = body
    if (answer.status === 200 && typeof accessToken === 'string') {
      const endsAt = this.#parts.clock.millis() + (typeof seconds === 'number' ? seconds : 300) * 1000
      const kept =
        typeof rotated === 'string' && rotated !== refreshToken ? await this.#rotate(connection, rotated) : key
      this.#cached.set(kept, { accessToken, endsAt })
      return { ok: true, accessToken }
    }
    const refused = answer.status === 400 || answer.status === 401
    const reason = typeof error === 'string' ? error : `http-${answer.status}`
    return {
      ok: false,
      failure: refused ? 'auth' : 'retryable',
      detail: `The provider gives no access token: ${reason}.`,
    }
  }

  /** Microsoft gives a new refresh token with every access token, and lets the old one end. */
  async #rotate({ tenantId, id }: Connection, refreshToken: string): Promise<string> {
    const { database, connections } = this.#parts
    await database.transaction(tenantId, (uow) => connections.update(uow, id, { secrets: { refreshToken } }))
    return keyOf(id, refreshToken)
  }
}

function keyOf(connectionId: string, refreshToken: string): string {
  return `${connectionId}/${createHash('sha256').update(refreshToken).digest('base64url')}`
}

function jsonOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {} // An error page; its status says enough.
  }
}
