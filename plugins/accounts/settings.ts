import Joi from 'joi'

/** Every limit of this room. */
export interface AccountsSettings {
  /** May a stranger register a new business? */
  readonly registrationOpen: boolean
  /** True: registering an address that is taken is answered like any other, without tokens; its owner gets a mail. */
  readonly hideTakenEmails: boolean
  /** `https://app.example.com`: where links in mails lead. Default: PUBLIC_URL. */
  readonly linkBase?: string
  /** Who runs the installation, by verified address: SUPER_ADMIN. */
  readonly superAdmins: readonly string[]
  readonly issuer: string
  readonly audience: string
  readonly accessTokenSeconds: number
  /** How long a session may rest. */
  readonly refreshTokenSeconds: number
  /** How long a session may live, however busy. */
  readonly sessionSeconds: number
  /** Two tabs of one browser share the cookie and may refresh at once: so long the second gets what the first got. */
  readonly refreshGraceMs: number
  /** How long a session, its role and its member are believed: what is ended elsewhere is dead here within this time. */
  readonly standingCacheMs: number
  readonly standingCacheMax: number
  readonly verifyEmailSeconds: number
  readonly resetPasswordSeconds: number
  readonly invitationSeconds: number
  /** Between the password and the code. */
  readonly secondFactorSeconds: number
  /** Wrong codes after which the password is asked again. */
  readonly secondFactorAttempts: number
  /** Between leaving for another service and coming back. */
  readonly signInSeconds: number
  /** Without a password, how fresh a sign-in must be for changes to the account's safety. */
  readonly recentSignInSeconds: number
  /** Longest visit of a SUPER_ADMIN in somebody else's tenant. */
  readonly supportSeconds: number
  readonly recoveryCodes: number
  /** As the authenticator app shows it. */
  readonly totpIssuer: string
  readonly pageSize: number
  readonly maxPageSize: number
  readonly password: PasswordSettings
}

export interface PasswordSettings {
  readonly minLength: number
  readonly maxLength: number
  /** argon2id, OWASP: 19 MiB, 2 passes, 1 lane. */
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
  /** Each takes a core for some 30 ms: more at once only make all of them late. */
  readonly maxConcurrent: number
  readonly maxWaiting: number
  readonly minBcryptRounds: number
  /** Each round doubles the work: an imported hash must not stop the process. */
  readonly maxBcryptRounds: number
}

const DAY = 86_400
const count = (value: number) => Joi.number().integer().min(1).default(value)

const password = Joi.object<PasswordSettings>({
  minLength: Joi.number().integer().min(8).default(8),
  maxLength: Joi.number().integer().min(64).max(1024).default(128),
  memoryKib: Joi.number().integer().min(7168).default(19_456),
  passes: count(2),
  lanes: count(1),
  maxConcurrent: count(2),
  maxWaiting: count(200),
  minBcryptRounds: Joi.number().integer().min(10).default(10),
  maxBcryptRounds: Joi.number().integer().min(10).max(16).default(14),
})

export const settingsSchema: Joi.ObjectSchema<AccountsSettings> = Joi.object({
  registrationOpen: Joi.boolean().default(true),
  hideTakenEmails: Joi.boolean().default(false),
  linkBase: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default(() => process.env.PUBLIC_URL || undefined),
  superAdmins: Joi.array()
    .items(Joi.string().lowercase().email({ tlds: false }))
    .default([]),
  issuer: Joi.string().default('parley'),
  audience: Joi.string().default('parley-api'),
  accessTokenSeconds: Joi.number().integer().min(1).max(3600).default(900),
  refreshTokenSeconds: count(7 * DAY),
  sessionSeconds: count(30 * DAY),
  refreshGraceMs: Joi.number().integer().min(0).max(60_000).default(10_000),
  standingCacheMs: Joi.number().integer().min(0).max(1000).default(900),
  standingCacheMax: count(50_000),
  verifyEmailSeconds: count(3 * DAY),
  resetPasswordSeconds: count(3600),
  invitationSeconds: count(3 * DAY),
  secondFactorSeconds: count(300),
  secondFactorAttempts: count(5),
  signInSeconds: count(600),
  recentSignInSeconds: count(300),
  supportSeconds: Joi.number().integer().min(60).max(3600).default(3600),
  recoveryCodes: count(10),
  totpIssuer: Joi.string().max(60).default('Parley'),
  pageSize: count(50),
  maxPageSize: count(200),
  password: password.default(),
})
