import Joi from 'joi'

interface Client {
  readonly issuer: string
  readonly clientId: string
}

export interface GoogleSettings extends Client {
  readonly clientSecret: string
}

/** developer.apple.com: the Services ID, the team, and a key for "Sign in with Apple". */
export interface AppleSettings extends Client {
  readonly teamId: string
  readonly keyId: string
  /** PEM (PKCS #8); `\n` may stand for line ends, as environment variables have it. */
  readonly privateKey: string
}

/** Any other OpenID provider: a company's own, Keycloak, Firebase (for exchanging its ID tokens). */
export interface OtherSettings extends Client {
  /** Stored with the accounts that sign in by it: must never change. */
  readonly key: string
  readonly name: string
  /** Absent for a public client. */
  readonly clientSecret?: string
  readonly scope: string
  /** The provider runs the mailboxes whose addresses it vouches for. */
  readonly ownsMailboxes: boolean
}

export interface OpenIdSettings {
  readonly google?: GoogleSettings
  readonly apple?: AppleSettings
  readonly others: readonly OtherSettings[]
  readonly timeoutMs: number
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Tokens travel over TLS only; a provider on this machine (a test's) may do without. */
const issuer = Joi.string()
  .uri({ scheme: ['https', 'http'] })
  .custom((value: string, helpers) => {
    const { protocol, hostname } = new URL(value)
    const fine = protocol === 'https:' || LOOPBACK.has(hostname)
    return fine ? value : helpers.message({ custom: '{{#label}} must be https' })
  })

export const openIdSettings: Joi.ObjectSchema<OpenIdSettings> = Joi.object({
  google: Joi.object<GoogleSettings>({
    issuer: issuer.default('https://accounts.google.com'),
    clientId: Joi.string().required(),
    clientSecret: Joi.string().required(),
  }),
  apple: Joi.object<AppleSettings>({
    issuer: issuer.default('https://appleid.apple.com'),
    clientId: Joi.string().required(),
    teamId: Joi.string().length(10).required(),
    keyId: Joi.string().length(10).required(),
    privateKey: Joi.string().required(),
  }),
  others: Joi.array()
    .items(
      Joi.object<OtherSettings>({
        key: Joi.string()
          .pattern(/^[a-z][a-z0-9-]{0,39}$/, 'lower case')
          .invalid('google', 'apple')
          .required(),
        name: Joi.string().max(60).required(),
        issuer: issuer.required(),
        clientId: Joi.string().required(),
        clientSecret: Joi.string(),
        scope: Joi.string().default('openid email profile'),
        ownsMailboxes: Joi.boolean().default(false),
      }),
    )
    .unique('key')
    .default([]),
  timeoutMs: Joi.number().integer().min(100).default(10_000),
})

/** May this issuer be spoken to without TLS? */
export function isLoopback(url: string): boolean {
  return LOOPBACK.has(new URL(url).hostname)
}
