import type { FlagEvaluation, Reply } from '@parley/core'
import Joi from 'joi'

export const evaluationSchema = Joi.object({
  key: Joi.string().required(),
  reason: Joi.string().required(),
  variant: Joi.string().required(),
  value: Joi.any().required(),
}).label('OfrepEvaluation')

export const failureSchema = Joi.object({
  key: Joi.string(),
  errorCode: Joi.valid('FLAG_NOT_FOUND', 'INVALID_CONTEXT').required(),
  errorDetails: Joi.string().required(),
}).label('OfrepFailure')

export function evaluationView(key: string, { reason, variant, value }: FlagEvaluation) {
  return { key, reason, variant, value }
}

export function failure(status: 400 | 404, body: { key?: string; errorCode: string; errorDetails: string }): Reply {
  return { status, body }
}
