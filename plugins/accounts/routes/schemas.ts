import Joi from 'joi'
import { IANAZone } from 'luxon'
import { emailSchema } from '../domain/email.ts'

export const uuid = Joi.string().uuid()
export const time = Joi.string().isoDate()
export const email = emailSchema
/** Of any form: the rule for new ones names what is missing, and an old one may be anything. */
export const password = Joi.string().min(1).max(1024)
export const personName = Joi.string().trim().min(1).max(200)
export const locale = Joi.string()
  .max(35)
  .pattern(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, 'a BCP 47 tag')
export const timeZone = Joi.string()
  .max(60)
  .custom((zone, helpers) =>
    IANAZone.isValidZone(zone) ? zone : helpers.message({ custom: '{{#label}} must be an IANA time zone' }),
  )
export const secretToken = Joi.string().max(200)

export type Transport = 'body' | 'cookie'

export const transport = Joi.valid('body', 'cookie')
  .default('body')
  .description('`cookie`: the refresh token goes into an HttpOnly cookie of this address, for pages.')

export const grantSchema = Joi.object({
  accessToken: Joi.string().required(),
  tokenType: Joi.valid('Bearer').required(),
  expiresIn: Joi.number().integer().required().description('Seconds.'),
  refreshToken: Joi.string().description('Works once. Absent when it lies in the cookie.'),
  refreshExpiresIn: Joi.number().integer().required(),
  csrfToken: Joi.string().description('For the X-CSRF-Token header, wherever the cookie authenticates.'),
  userId: uuid.required(),
  tenantId: uuid.required(),
}).label('Grant')

export const challengeSchema = Joi.object({
  challenge: Joi.string().required().description('Goes back with the code.'),
  expiresIn: Joi.number().integer().required(),
}).label('SecondFactorChallenge')
