import { defineRoute, newId, ok, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { keepHints, sameHints, withContact } from '../directory/hints.ts'
import { lookup } from '../directory/lookup.ts'
import { refreshSearch } from '../directory/search-column.ts'
import { suggestMerges } from '../directory/suggest.ts'
import { hintsOf, keyOf, type MergeSuggestion, pair, type SuggestionReason } from '../domain/plan-resolve.ts'
import { Contact } from '../models/contact.ts'
import type { RouteContext } from './context.ts'
import { contactById, notFound } from './get-contact.ts'
import { contactSchema, idParams } from './schemas.ts'
import { viewOf } from './view.ts'

interface Patch {
  readonly name?: string
  readonly attributes?: Readonly<Record<string, string | null>>
  readonly blocked?: boolean
}

export function changeContact(context: RouteContext): Route {
  const { database } = context
  return defineRoute({
    method: 'PATCH',
    path: '/api/contacts/{id}',
    id: 'changeContact',
    summary: 'Changes the name, attributes (null removes one) or the block of a contact.',
    tags: ['contacts'],
    access: { permission: 'contacts.write' },
    params: idParams,
    payload: Joi.object<Patch>({
      name: Joi.string().allow('').max(500),
      attributes: Joi.object().pattern(Joi.string().max(100), Joi.string().allow('', null).max(2000)).max(100),
      blocked: Joi.boolean(),
    }).min(1),
    responses: {
      200: { description: 'The contact as it is now.', schema: contactSchema },
      404: { description: 'There is no such contact.' },
    },
    handle: async ({ tenantId, params, payload }) => {
      const changed = await database.transaction(tenantId, (uow) => change(context, uow, params.id, payload))
      return changed === undefined ? notFound(params.id) : ok(viewOf(changed))
    },
  })
}

async function change(context: RouteContext, uow: UnitOfWork, id: string, patch: Patch): Promise<Contact | undefined> {
  const contact = await Contact.in(uow).findOne({ id }).forUpdate()
  if (contact === undefined) return undefined
  const attributes = merged(contact.attributes, patch.attributes ?? {})
  await Contact.in(uow)
    .where({ id })
    .patch({
      name: patch.name?.trim() ?? contact.name,
      blocked: patch.blocked ?? contact.blocked,
      attributes,
      updated_at: context.clock.now(),
    })
  if (patch.name !== undefined) await refreshSearch(uow, [id])
  if (patch.attributes !== undefined) await suggestByAttributes(context, uow, id, attributes)
  return contactById(uow, id)
}

function merged(
  current: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const entries = Object.entries({ ...current, ...patch })
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null))
}

async function suggestByAttributes(
  { clock, settings }: RouteContext,
  uow: UnitOfWork,
  id: string,
  attributes: Readonly<Record<string, string>>,
): Promise<void> {
  const hints = hintsOf({ identities: [], attributes })
  const owners = await lookup(uow, hints)
  const suggestions = hints.flatMap((hint): MergeSuggestion[] => {
    const owner = owners.get(keyOf(hint))
    if (owner === undefined || owner.id === id) return []
    return [{ contactIds: pair(owner.id, id), reason: `shared-${hint.kind}` as SuggestionReason }]
  })
  await keepHints(uow, [{ id, attributes }])
  const others = await sameHints(uow, hints.map(withContact(id)), settings.maxAlike)
  await suggestMerges(uow, [...suggestions, ...others], newId, clock.now())
}
