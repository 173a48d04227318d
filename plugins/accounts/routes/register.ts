import { defineRoute, problem, type Route } from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { linkBaseOf } from '../mail/link-base.ts'
import { refusedPassword } from '../passwords/new-password.ts'
import { foreignPage } from '../sessions/csrf.ts'
import { clientOf } from '../sessions/signed-in.ts'
import { register } from '../signing-in/register.ts'
import { wishAccount } from '../signing-in/register-quietly.ts'
import { granted } from './grant.ts'
import { email, grantSchema, locale, password, personName, type Transport, timeZone, transport } from './schemas.ts'

interface Body {
  readonly email: string
  readonly password: string
  readonly name: string
  readonly businessName?: string
  readonly region?: string
  readonly currency?: string
  readonly locale: string
  readonly timeZone: string
  readonly transport: Transport
}

export function registerRoute(parts: Parts): Route {
  const { settings } = parts
  return defineRoute({
    method: 'POST',
    path: '/api/auth/register',
    id: 'register',
    summary: 'Registers a person and their business, signs them in, and mails a link that confirms the address.',
    tags: ['auth'],
    access: { public: 'Whoever registers has no account yet.' },
    limit: 'auth',
    payload: Joi.object<Body>({
      email: email.required(),
      password: password.required().description('At least 8 characters, with upper case, lower case and a number.'),
      name: personName.required(),
      businessName: personName,
      region: Joi.string().length(2).uppercase().description('ISO 3166: IN'),
      currency: Joi.string().length(3).uppercase().description('ISO 4217: INR'),
      locale: locale.default('en'),
      timeZone: timeZone.default('UTC'),
      transport,
    }),
    responses: {
      201: { description: 'Registered and signed in.', schema: grantSchema },
      202: { description: 'See your mail: this installation does not tell which addresses are taken.' },
      403: { description: 'Registration is closed.' },
      409: { description: 'There is an account with this address.' },
      429: { description: 'Too many attempts.' },
    },
    async handle(request) {
      const { payload, origin } = request
      if (!settings.registrationOpen)
        return problem(403, 'accounts.registration-closed', 'This installation takes new people by invitation only.')
      const foreign = payload.transport === 'cookie' ? foreignPage(request) : undefined
      if (foreign !== undefined) return foreign
      const refused = await refusedPassword(payload.password, payload.email, newPasswordParts(parts))
      if (refused !== undefined) return refused
      const { businessName = payload.name, region, currency, timeZone, ...person } = payload
      const business = { name: businessName, timeZone, ...(region && { region }), ...(currency && { currency }) }
      const base = linkBaseOf(settings, origin)
      const wanted = { ...person, timeZone, business, base, client: clientOf(request) }
      if (settings.hideTakenEmails) {
        await wishAccount(parts, wanted)
        return { status: 202 }
      }
      const result = await register(parts, wanted)
      if (!result.ok) return problem(409, 'accounts.email-taken', result.detail)
      return granted(parts, request, result.grant, payload.transport, 201)
    },
  })
}

export function newPasswordParts({ screen, settings, log }: Parts) {
  return { screen, password: settings.password, log }
}
