import { verify } from 'node:crypto'
import { type VendorFault, type VendorReply, type VendorRequest, VendorServer } from '@parley/core/testing/vendor'

/**
 * The far end of Google Secret Manager over REST. A service account signs its own token (RS256) for the service, so the
 * signature, the audience and the expiry of every request are checked (https://google.aip.dev/auth/4111).
 */
export class SecretManagerSimulator extends VendorServer {
  readonly secrets = new Map<string, readonly string[]>()
  readonly #publicKey: string

  constructor(publicKey: string) {
    super()
    this.#publicKey = publicKey
  }

  protected override handle(request: VendorRequest): VendorReply {
    if (!this.#signed(String(request.headers.authorization ?? ''))) return status(401, 'UNAUTHENTICATED')
    const match = /^\/v1\/(projects\/[^/]+\/secrets\/[^/]+)\/versions\/([^/]+):access$/.exec(request.path)
    const versions = this.secrets.get(match?.[1] ?? '')
    if (match?.[1]?.endsWith('/forbidden')) return status(403, 'PERMISSION_DENIED')
    const number = match?.[2] === 'latest' ? (versions?.length ?? 0) : Number(match?.[2])
    const value = versions?.[number - 1]
    if (value === undefined) return status(404, 'NOT_FOUND')
    const data = Buffer.from(value).toString('base64')
    return { status: 200, body: { name: `${match?.[1]}/versions/${number}`, payload: { data } } }
  }

  protected override refuse(fault: Extract<VendorFault, { kind: 'throttle' | 'fail' }>): VendorReply {
    return fault.kind === 'throttle' ? status(429, 'RESOURCE_EXHAUSTED') : status(503, 'UNAVAILABLE')
  }

  #signed(authorization: string): boolean {
    const [head = '', body = '', signature = ''] = authorization.replace(/^Bearer /, '').split('.')
    if (signature === '') return false
    const right = verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      this.#publicKey,
      Buffer.from(signature, 'base64url'),
    )
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>
    const fresh = Number(claims.exp) * 1000 > Date.now()
    const forUs = `${claims.aud ?? ''}${claims.scope ?? ''}`
    return right && fresh && /googleapis\.com/.test(forUs)
  }
}

function status(http: number, name: string): VendorReply {
  return { status: http, body: { error: { code: http, message: name, status: name } } }
}
