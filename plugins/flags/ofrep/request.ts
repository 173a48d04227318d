import type { FeatureFlags, FlagContext, RouteRequest } from '@parley/core'
import Joi from 'joi'

/** OFREP 1.0, https://github.com/open-feature/protocol: `{ context: { targetingKey, …attributes } }`. */
export interface OfrepBody {
  readonly context?: unknown
}

/** Anything is taken here and looked at in the handler, because OFREP has error answers of its own. */
export const ofrepBody: Joi.ObjectSchema<OfrepBody> = Joi.object({
  context: Joi.any().description(
    '`targetingKey`, a text, and attributes. The tenant is the caller’s, whatever it says.',
  ),
}).unknown(true)

interface GivenContext {
  readonly targetingKey?: string
  readonly [attribute: string]: unknown
}

const given = Joi.object<GivenContext>({ targetingKey: Joi.string().allow('').max(500) }).unknown(true)

/** Why a context cannot be used, in OFREP's words. */
export interface BadContext {
  readonly errorCode: 'INVALID_CONTEXT'
  readonly errorDetails: string
}

/** Tenant and plan come from the credential, never from the body. */
export async function contextOf(
  flags: FeatureFlags,
  { tenantId, payload }: Pick<RouteRequest<unknown, unknown, OfrepBody>, 'tenantId' | 'payload'>,
): Promise<FlagContext | BadContext> {
  const { value, error } = given.validate(payload.context ?? {}, { convert: false })
  if (error) return { errorCode: 'INVALID_CONTEXT', errorDetails: `context: ${error.message}` }
  const { targetingKey: subject, ...attributes } = value
  return { ...(await flags.contextOf(tenantId)), attributes, ...(subject === undefined ? {} : { subject }) }
}
