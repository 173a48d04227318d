import { type EgressSettings, egressSettings } from '@parley/core'
import Joi from 'joi'

/**
 * App-level settings. A connection brings
 * - `externalId`: the account as the remote names it
 * - `settings`: `{ url? }`, only where `tenantUrls` is on and no remote is registered
 * - `secrets`: `{ signingSecret, previousSigningSecret? }` (`whsec_…`), which sign our calls about this account
 *
 * An endpoint brings `{ signingSecret, previousSigningSecret? }`, which sign the remote's calls.
 */
export interface RemoteSettings {
  /** The id that it is loaded under: provider key, name of the hook, kind of its identities. */
  readonly as: string
  /** The registered remote. Without it a connection says where its own remote is, if `tenantUrls` lets it. */
  readonly url?: string
  /** Signs `manifest` calls, which are about no account. */
  readonly secret?: string
  /** Signs beside `secret` while that is rotated. */
  readonly previousSecret?: string
  /** Tenants may name remotes of their own. */
  readonly tenantUrls: boolean
  /** Plain http is for tests and closed networks. */
  readonly allowHttp: boolean
  /** What limits our calls: time, bytes of an answer, networks of ours that may be reached. */
  readonly egress: EgressSettings
  readonly manifestEveryMs: number
  /** Failed calls in a row after which a remote is left alone; for how long at first, doubled up to the cap. */
  readonly circuitFailures: number
  readonly circuitBaseMs: number
  readonly circuitCapMs: number
  /** Calls of one remote under way at once, and how long one more waits then. */
  readonly maxCallsAtOnce: number
  readonly busyMs: number
  /** Remotes whose state is remembered at once. */
  readonly maxRemotes: number
  /** How far a signature's time, and an event's, may be from ours. */
  readonly toleranceSeconds: number
  readonly maxWebhookBytes: number
  readonly maxBatchEvents: number
  /** Levels of arrays and objects inside an event. */
  readonly maxEventDepth: number
  /** What one endpoint may bring. */
  readonly eventsPerMinute: number
  readonly eventsBurst: number
  /** Kinds of identities that the remote may vouch for beside its own: `phone`, `email`. */
  readonly identityKinds: readonly string[]
  readonly maxMediaBytes: number
  readonly maxUploadBytes: number
  /** How long an uploaded file waits to be named by an event and fetched. */
  readonly uploadSeconds: number
  /** How long a link to a file of ours opens for the remote. */
  readonly linkSeconds: number
  /** Where the remote finds our files, where the store's links are paths on our own server. */
  readonly publicUrl?: string
}

const MIB = 1024 * 1024
const count = (value: number) => Joi.number().integer().min(1).default(value)
const uri = () => Joi.string().uri({ scheme: ['https', 'http'] })
const secret = () => Joi.string().pattern(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'whsec_ and 24 to 64 bytes in base64')

export const remoteSettingsSchema: Joi.ObjectSchema<RemoteSettings> = Joi.object<RemoteSettings>({
  as: Joi.string().default('remote'),
  url: uri(),
  secret: secret(),
  previousSecret: secret(),
  tenantUrls: Joi.boolean().default(false),
  allowHttp: Joi.boolean().default(false),
  egress: egressSettings.default(egressSettings.validate({}).value),
  manifestEveryMs: count(5 * 60_000),
  circuitFailures: count(5),
  circuitBaseMs: count(5_000),
  circuitCapMs: count(60_000),
  maxCallsAtOnce: count(64),
  busyMs: count(500),
  maxRemotes: count(1_000),
  toleranceSeconds: count(300),
  maxWebhookBytes: count(MIB),
  maxBatchEvents: count(100),
  maxEventDepth: count(16),
  eventsPerMinute: count(6_000),
  eventsBurst: count(1_000).min(Joi.ref('maxBatchEvents')),
  identityKinds: Joi.array().items(Joi.string()).default([]),
  maxMediaBytes: count(100 * MIB),
  maxUploadBytes: count(10 * MIB),
  uploadSeconds: count(24 * 60 * 60),
  linkSeconds: count(60 * 60),
  publicUrl: uri(),
}).and('url', 'secret')
