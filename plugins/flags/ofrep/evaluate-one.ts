import { defineRoute, ok, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { evaluationSchema, evaluationView, failure, failureSchema } from './answers.ts'
import { contextOf, ofrepBody } from './request.ts'

/** Any text, so that an unknown flag is answered as OFREP wants it. */
const params = Joi.object<{ key: string }>({ key: Joi.string().max(200).required() })

export function evaluateOne({ flags }: Parts): Route {
  return defineRoute({
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags/{key}',
    id: 'evaluateFlag',
    summary: 'What a flag says for the caller’s tenant (OpenFeature Remote Evaluation Protocol).',
    tags: ['flags'],
    access: { permission: 'flags.evaluate' },
    idempotent: false,
    params,
    payload: ofrepBody,
    responses: {
      200: { description: 'The evaluation.', schema: evaluationSchema },
      400: { description: 'The context cannot be used.', schema: failureSchema },
      404: { description: 'There is no such flag.', schema: failureSchema },
    },
    handle: async (request) => {
      const { key } = request.params
      const context = await contextOf(flags, request)
      if ('errorCode' in context) return failure(400, { key, ...context })
      const evaluation = flags.evaluate(key, context)
      if (evaluation !== undefined) return ok(evaluationView(key, evaluation))
      return failure(404, { key, errorCode: 'FLAG_NOT_FOUND', errorDetails: `There is no flag ${key}.` })
    },
  })
}
