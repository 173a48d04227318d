import {
  auditActor,
  type ConsentMeans,
  type ConsentWish,
  defineRoute,
  ok,
  problem,
  type Route,
  type RouteRequest,
  type UnitOfWork,
} from '@parley/core'
import Joi from 'joi'
import type { Parts } from '../context.ts'
import { purposesOf } from '../domain/purposes.ts'
import { subjectOfContact } from '../domain/subject.ts'
import { Standing } from '../models/standing.ts'
import { objectionsOf } from '../storage/lift-objections.ts'
import { type NewWish, recordWishes } from '../storage/record-wishes.ts'
import { channel, idParams, purpose, standingSchema, standingView, uuid, wish } from './schemas.ts'

interface Payload {
  readonly channel: string
  readonly purpose: string
  readonly wish: ConsentWish
  readonly means?: 'agent' | 'api' | 'import'
  readonly proof: string
  readonly occurredAt?: string
}

const path = '/api/contacts/{id}/consent'
const tags = ['consent']

const shown = Joi.object({
  contactId: uuid.required(),
  standings: Joi.array().items(standingSchema).required(),
  purposes: Joi.array()
    .items(
      Joi.object({
        key: Joi.string().required(),
        title: Joi.string().required(),
        agreedOnly: Joi.boolean().required(),
      }),
    )
    .required()
    .description('Purposes that this tenant writes for.'),
}).label('ContactConsent')

const responses = {
  200: { description: "The contact's wishes.", schema: shown },
  404: { description: 'There is no such contact.' },
}

export function getConsent(parts: Parts): Route {
  return defineRoute({
    method: 'GET',
    path,
    id: 'getContactConsent',
    summary: 'What one contact wants, by channel and purpose.',
    tags,
    access: { permission: 'consent.read' },
    params: idParams,
    responses,
    handle: async ({ tenantId, params: { id } }) =>
      parts.database.transaction(tenantId, async (uow) =>
        (await isKnown(parts, uow, id)) ? ok(await view(parts, uow, id)) : notFound(id),
      ),
  })
}

export function putConsent(parts: Parts): Route {
  return defineRoute({
    method: 'PUT',
    path,
    id: 'putContactConsent',
    summary: 'Writes down that a contact agreed, or objected, and how that is known.',
    tags,
    access: { permission: 'consent.write' },
    params: idParams,
    payload: Joi.object<Payload>({
      channel: channel.default('*'),
      purpose: purpose.required(),
      wish: wish.required(),
      means: Joi.valid('agent', 'api', 'import').description('Default: agent for people, api for keys.'),
      proof: Joi.string().trim().min(1).max(1000).required().description('What was said or signed, and where.'),
      occurredAt: Joi.string().isoDate().description('When the person said so. Default: now.'),
    }).required(),
    responses: { ...responses, 422: { description: 'No such purpose, or a time that has not come.' } },
    handle: async (request) => {
      const { tenantId, correlationId } = request
      return parts.database.transaction(tenantId, (uow) => change(parts, uow, request), { correlationId })
    },
  })
}

type Request = RouteRequest<{ id: string }, unknown, Payload>

async function change(parts: Parts, uow: UnitOfWork, request: Request) {
  const { id } = request.params
  const { wish, channel, purpose, proof, means } = request.payload
  const occurredAt = new Date(request.payload.occurredAt ?? parts.clock.millis())
  if (!(await isKnown(parts, uow, id))) return notFound(id)
  const purposes = purposesOf(await parts.tenantSettings.of(uow.tenantId)).map(({ key }) => key)
  if (!purposes.includes(purpose))
    return problem(422, 'consent.purpose-unknown', `"${purpose}" is none of ${purposes.join(', ')}.`)
  if (occurredAt > parts.clock.now()) return problem(422, 'consent.in-the-future', 'occurredAt has not come yet.')
  const { kind, id: by } = auditActor(request)
  const said = { purpose, wish, proof, occurredAt, means: means ?? meansOf(kind), by: { kind, id: by } }
  const lifted = wish === 'opt-in' ? await objectionsOf(uow, { contactId: id, channel, purpose }) : []
  const own = { subject: subjectOfContact(id), contactId: id, channel }
  const wishes = new Map(
    [...lifted, own].map((one): [string, NewWish] => [JSON.stringify([one.subject, one.channel]), { ...said, ...one }]),
  )
  await recordWishes(uow, parts.clock, [...wishes.values()])
  const shown = await view(parts, uow, id)
  await parts.audit.record(uow, {
    action: 'consent.changed',
    target: { kind: 'contact', id },
    actor: auditActor(request),
    after: { channel, purpose, wish, means: said.means },
  })
  return ok(shown)
}

function meansOf(actorKind: string): ConsentMeans {
  return actorKind === 'user' ? 'agent' : 'api'
}

async function view({ tenantSettings }: Parts, uow: UnitOfWork, contactId: string) {
  const standings = await Standing.in(uow).where({ contact_id: contactId }).orderBy('change_id')
  return {
    contactId,
    standings: standings.map(standingView),
    purposes: purposesOf(await tenantSettings.of(uow.tenantId)),
  }
}

async function isKnown({ contacts }: Parts, uow: UnitOfWork, id: string): Promise<boolean> {
  return (await contacts.find(uow, [id])).length > 0
}

function notFound(id: string) {
  return problem(404, 'contact.not-found', `There is no contact ${id}.`)
}
