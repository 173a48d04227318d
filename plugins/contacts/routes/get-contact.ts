import { defineRoute, ok, problem, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { Contact, IDENTITIES, SHOWN } from '../models/contact.ts'
import { Merge, Suggestion } from '../models/merge.ts'
import type { RouteContext } from './context.ts'
import { contactSchema, idParams, mergeSchema, suggestionSchema } from './schemas.ts'
import { mergeView, suggestionView, viewOf } from './view.ts'

export function getContact({ database }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/contacts/{id}',
    id: 'getContact',
    summary: 'One contact, the merges that can be undone, and who else this person may be.',
    tags: ['contacts'],
    access: { permission: 'contacts.read' },
    params: idParams,
    responses: {
      200: {
        description: 'The contact.',
        schema: contactSchema.keys({
          merges: Joi.array().items(mergeSchema).required(),
          suggestions: Joi.array().items(suggestionSchema).required(),
        }),
      },
      404: { description: 'There is no such contact.' },
    },
    handle: async ({ tenantId, params }) => {
      const found = await database.transaction(tenantId, (uow) => read(uow, params.id))
      return found === undefined ? notFound(params.id) : ok(found)
    },
  })
}

export const notFound = (id: string) => problem(404, 'contact.not-found', `There is no contact ${id}.`)

async function read(uow: UnitOfWork, id: string) {
  const contact = await contactById(uow, id)
  if (contact === undefined) return undefined
  const merges = await Merge.in(uow).where('target_id', id).whereNull('undone_at').orderBy('id')
  const suggestions = await Suggestion.in(uow)
    .where('status', 'open')
    .where((either) => either.where('first_id', id).orWhere('second_id', id))
    .orderBy('id')
  return { ...viewOf(contact), merges: merges.map(mergeView), suggestions: suggestions.map(suggestionView) }
}

/** With its identities. */
export async function contactById(uow: UnitOfWork, id: string): Promise<Contact | undefined> {
  return Contact.in(uow).alias('contact').select(SHOWN).select(Contact.raw(IDENTITIES)).findOne('contact.id', id)
}
