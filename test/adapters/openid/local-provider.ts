import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Jwt from '@hapi/jwt'
import { type Configuration, Provider } from 'oidc-provider'

/** What a provider knows of a person. */
export type Person = Readonly<Record<string, string | boolean>>

export interface LocalClient {
  readonly id: string
  /** A fixed one, or how to check what came. */
  readonly secret: string | ((came: string) => boolean)
  readonly redirectUri: string
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KEY = { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }

/**
 * A certified OpenID provider on this machine, which signs in whoever the test says, without asking. It insists on PKCE, on
 * the registered address and on the client's secret as the real ones do.
 */
export class LocalProvider {
  readonly people = new Map<string, Person>()
  /** Who sits at the keyboard. */
  current = ''
  readonly #server: Server
  #handle: ((request: IncomingMessage, response: ServerResponse) => void) | undefined

  private constructor(server: Server) {
    this.#server = server
  }

  static async listen(): Promise<LocalProvider> {
    const server = createServer((request, response) => local.#handle?.(request, response))
    const local: LocalProvider = new LocalProvider(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return local
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Registers the clients; their addresses are known only once the kernel listens. */
  serve(clients: readonly LocalClient[]): void {
    const provider = new Provider(this.issuer, this.#configuration(clients))
    const checks = new Map(clients.map(({ id, secret }) => [id, secret]))
    const prototype = provider.Client.prototype as unknown as {
      compareClientSecret(this: { clientId: string }, came: string): boolean
    }
    prototype.compareClientSecret = function compare(came) {
      const expected = checks.get(this.clientId)
      return typeof expected === 'function' ? expected(came) : expected === came
    }
    const callback = provider.callback()
    this.#handle = (request, response) => {
      if (request.url?.startsWith('/interaction/')) {
        const login = { accountId: this.current }
        provider.interactionFinished(request, response, { login }).catch((error: Error) => response.destroy(error))
      } else void callback(request, response)
    }
  }

  /** An ID token as the provider would sign it; `claims` lie over what is usual. */
  idToken(clientId: string, subject: string, claims: Record<string, unknown> = {}): string {
    const pem = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const payload = { iss: this.issuer, aud: clientId, sub: subject, ...this.people.get(subject), ...claims }
    return Jwt.token.generate(payload, { key: pem, algorithm: 'RS256' }, { header: { kid: 'k1' }, ttlSec: 300 })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #configuration(clients: readonly LocalClient[]): Configuration {
    return {
      clients: clients.map(({ id, redirectUri }) => ({
        client_id: id,
        client_secret: 'checked-by-compareClientSecret-instead',
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_post',
      })),
      jwks: { keys: [KEY] },
      cookies: { keys: ['local'] },
      pkce: { required: () => true },
      ttl: { AccessToken: 300, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
      scopes: ['openid', 'email', 'profile', 'name'],
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified', 'hd', 'is_private_email'],
        profile: ['name'],
        name: [],
      },
      conformIdTokenClaims: false,
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...this.people.get(id) }) }),
      loadExistingGrant: async ({ oidc }) => {
        const { client, session } = oidc
        const grant = new oidc.provider.Grant({
          ...(client === undefined ? {} : { clientId: client.clientId }),
          ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
        })
        grant.addOIDCScope('openid email profile name')
        await grant.save()
        return grant
      },
    }
  }
}
