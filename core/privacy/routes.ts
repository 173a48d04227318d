import Joi from 'joi'
import { auditActor } from '../contracts/ports/audit.ts'
import { cursorQuery, decodeCursor, page, pageSchema } from '../http/cursor.ts'
import { accepted, defineRoute, ok, problem, type Reply, type Route, type RouteRequest } from '../plugin/route.ts'
import { INSTALLATION } from './holders.ts'
import type { PrivacyRequests, RequestWithSteps } from './privacy-requests.ts'
import type { RequestKind, RequestRow, RequestStatus, StepRow } from './privacy-store.ts'
import type { Subject } from './traces.ts'

/** The same four routes twice: for a tenant's customers, and for the installation's members of staff. */
interface Whose {
  readonly path: string
  readonly permission: string
  /** `PrivacyRequest`, for the routes' ids. */
  readonly noun: string
  readonly whose: string
  readonly kind: Subject['kind']
  /** The field that names the person. */
  readonly field: 'contactId' | 'userId'
  tenantOf(request: Pick<RouteRequest, 'tenantId'>): string
}

const CUSTOMERS: Whose = {
  ...{ path: '/api/privacy/requests', permission: 'privacy', noun: 'PrivacyRequest', whose: "a customer's data" },
  ...{ kind: 'contact', field: 'contactId' },
  tenantOf: ({ tenantId }) => tenantId,
}

const STAFF: Whose = {
  ...{ path: '/api/platform/privacy/requests', permission: 'platform.privacy', noun: 'PlatformPrivacyRequest' },
  ...{ whose: "a member of staff's data", kind: 'user', field: 'userId' },
  tenantOf: () => INSTALLATION,
}

const tags = ['privacy']
const params = Joi.object<{ id: string }>({ id: Joi.string().uuid().required() })
const cursorShape = Joi.array<[string]>().ordered(Joi.string().uuid().required())
const time = Joi.string().isoDate().allow(null).required()
const requestSchema = {
  id: Joi.string().uuid().required(),
  kind: Joi.valid('export', 'erase').required(),
  contactId: Joi.string(),
  userId: Joi.string(),
  status: Joi.valid('open', 'done', 'failed').required().description('`open` until every plugin has done its part.'),
  requestedBy: Joi.string().required(),
  bytes: Joi.number().integer().allow(null).required().description('Of an export.'),
  expiresAt: time.description('Until when an export can be fetched.'),
  createdAt: Joi.string().isoDate().required(),
  finishedAt: time,
}
const steps = Joi.array()
  .items(
    Joi.object({
      plugin: Joi.string().required(),
      scope: Joi.string().uuid().required().description('The tenant whose rows it is about.'),
      done: Joi.boolean().required(),
      tries: Joi.number().integer().required(),
      fault: Joi.string().allow(null).required().description('Why it is not done.'),
      counts: Joi.object().unknown(true).allow(null).required(),
    }),
  )
  .required()

interface Create {
  readonly kind: RequestKind
  readonly contactId?: string
  readonly userId?: string
}

interface List {
  readonly kind?: RequestKind
  readonly status?: RequestStatus
  readonly cursor?: string
  readonly limit: number
}

export function privacyRoutes(requests: PrivacyRequests): readonly Route[] {
  return [CUSTOMERS, STAFF].flatMap((whose) => [
    createRoute(requests, whose),
    listRoute(requests, whose),
    getRoute(requests, whose),
    downloadRoute(requests, whose),
  ])
}

function createRoute(
  requests: PrivacyRequests,
  { path, permission, noun, whose, kind, field, tenantOf }: Whose,
): Route {
  return defineRoute({
    ...{ method: 'POST', path, tags, id: `create${noun}` },
    summary: `Begins to export or to erase ${whose}. An erasure cannot be undone.`,
    access: { permission: `${permission}.write` },
    payload: Joi.object<Create>({
      kind: Joi.valid('export', 'erase').required(),
      [field]: Joi.string().uuid().required(),
    }).required(),
    responses: { 202: { description: 'The request; it is worked on.', schema: Joi.object(requestSchema) } },
    handle: async (request) => {
      const { payload } = request
      const subject = { kind, id: payload[field] ?? '' }
      const made = await requests.create(tenantOf(request), payload.kind, subject, auditActor(request))
      return made.ok ? accepted(viewOf(made.request)) : problem(409, `privacy.${made.reason}`, made.detail)
    },
  })
}

function listRoute(requests: PrivacyRequests, { path, permission, noun, whose, tenantOf }: Whose): Route {
  return defineRoute({
    ...{ method: 'GET', path, tags, id: `list${noun}s` },
    summary: `Exports and erasures of ${whose}, newest first.`,
    access: { permission: `${permission}.read` },
    query: Joi.object<List>({
      kind: Joi.valid('export', 'erase'),
      status: Joi.valid('open', 'done', 'failed'),
      ...cursorQuery({ maxLimit: 200 }),
    }),
    responses: { 200: { description: 'A page of requests.', schema: pageSchema(Joi.object(requestSchema)) } },
    handle: async (request) => {
      const { cursor, limit, ...filter } = request.query
      const [before] = decodeCursor(cursor, cursorShape) ?? []
      const after = before === undefined ? {} : { before }
      const items = await requests.list(tenantOf(request), { ...filter, ...after, limit: limit + 1 })
      const found = page({ items, limit, cursorOf: ({ id }) => [id] })
      return ok({ items: found.items.map(viewOf), next: found.next })
    },
  })
}

function getRoute(requests: PrivacyRequests, { path, permission, noun, whose, tenantOf }: Whose): Route {
  return defineRoute({
    ...{ method: 'GET', path: `${path}/{id}`, tags, params, id: `get${noun}` },
    summary: `How far an export or an erasure of ${whose} is, plugin by plugin.`,
    access: { permission: `${permission}.read` },
    responses: { 200: { description: 'The request.', schema: Joi.object({ ...requestSchema, steps }) } },
    handle: async (request) => {
      const found = await requests.get(tenantOf(request), request.params.id)
      return found === undefined ? notFound(request.params.id) : ok(viewWithSteps(found))
    },
  })
}

function downloadRoute(requests: PrivacyRequests, { path, permission, noun, whose, tenantOf }: Whose): Route {
  return defineRoute({
    ...{ method: 'GET', path: `${path}/{id}/download`, tags, params, id: `download${noun}` },
    summary: `A link to an export of ${whose}, for whoever has it, for a short while.`,
    access: { permission: `${permission}.write` },
    responses: {
      200: {
        description: 'The link.',
        schema: Joi.object({ url: Joi.string().required(), expiresInSeconds: Joi.number().integer().required() }),
      },
    },
    handle: async (request) => {
      const made = await requests.link(tenantOf(request), request.params.id, auditActor(request))
      if (made.ok) return ok({ url: made.url, expiresInSeconds: made.seconds })
      const status = { 'not-found': 404, 'not-ready': 409, expired: 410 }[made.reason]
      return problem(status, `privacy.${made.reason}`, made.detail)
    },
  })
}

function notFound(id: string): Reply {
  return problem(404, 'privacy.not-found', `There is no request ${id}.`)
}

function viewOf(row: RequestRow) {
  const { id, kind, status, subject_kind, subject_id, bytes } = row
  return {
    ...{ id, kind, status, requestedBy: row.requested_by },
    [subject_kind === 'contact' ? 'contactId' : 'userId']: subject_id,
    bytes: bytes === null ? null : Number(bytes),
    expiresAt: row.expires_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

function viewWithSteps({ steps: all, ...row }: RequestWithSteps) {
  const step = ({ plugin, scope, tries, fault, counts, done_at }: StepRow) => ({
    ...{ plugin, scope, tries, fault, counts, done: done_at !== null },
  })
  return { ...viewOf(row), steps: all.map(step) }
}
