/**
 * Names of fields and headers that hold secrets, lower case without separators: `app_secret`, `appSecret` and `App-Secret`
 * are one name. The logger, the webhook log and error details are cleaned by this one list.
 */
export const SECRET_NAMES = [
  'password',
  'passphrase',
  'secret',
  'secrets',
  'appsecret',
  'clientsecret',
  'webhooksecret',
  'signingsecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'verifytoken',
  'bearertoken',
  'authtoken',
  'idtoken',
  'apikey',
  'privatekey',
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'signature',
  'credential',
  'credentials',
] as const

export const MASK = '[masked]'

const names: ReadonlySet<string> = new Set(SECRET_NAMES)

/** Whole names only: `tokens: 120` (a count) and `secretary` pass, `access_token` does not. */
export function isSecretName(name: string): boolean {
  return names.has(name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase())
}

const SECRET_HEADER = /authorization|cookie|signature|token|secret|api-?key|credential|password/i

/** Headers as they may be stored: one value each, those that authenticate masked, names lower case. */
export function maskHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const masked: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined) continue
    masked[name] = SECRET_HEADER.test(name) ? MASK : typeof value === 'string' ? value : value.join(', ')
  }
  return masked
}

/** How deep and how long a log line may be; what lies beyond is cut, so that a cycle ends too. */
const MAX_DEPTH = 6

/**
 * A copy with every secret field masked, at any depth; for log lines. Errors keep name, code, message, details and cause.
 * Cheap for what is usual: flat objects of strings and numbers.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? value.toString() : value
  if (depth >= MAX_DEPTH) return '[deep]'
  if (value instanceof Date) return value
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`
  if (Array.isArray(value)) return value.map((one) => redact(one, depth + 1))
  const copy: Record<string, unknown> = value instanceof Error ? errorFields(value) : {}
  for (const [name, field] of Object.entries(value))
    copy[name] = isSecretName(name) && field !== undefined && field !== null ? MASK : redact(field, depth + 1)
  if (value instanceof Error && value.cause !== undefined) copy.cause = redact(value.cause, depth + 1)
  return copy
}

function errorFields(error: Error): Record<string, unknown> {
  return { name: error.name, message: error.message, stack: error.stack }
}
