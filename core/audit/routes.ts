import Joi from 'joi'
import { cursorQuery, decodeCursor, page, pageSchema } from '../http/cursor.ts'
import { defineRoute, ok, type Reply, type Route } from '../plugin/route.ts'
import { PLATFORM_CHAIN } from './audit-log.ts'
import type { AuditFilter, AuditReader, FoundRecord } from './audit-reader.ts'
import type { AuditVerifier } from './audit-verifier.ts'

export interface AuditRouteParts {
  readonly reader: AuditReader
  readonly verifier: AuditVerifier
}

interface ListQuery extends AuditFilter {
  readonly cursor?: string
  readonly limit: number
}

const tags = ['audit']
const cursorShape = Joi.array<[string]>().ordered(
  Joi.string()
    .pattern(/^[0-9]{1,18}$/)
    .required(),
)
const filters = {
  kind: Joi.valid('change', 'access').description('`access`: who read what.'),
  action: Joi.string().max(100),
  actorId: Joi.string().max(200),
  targetKind: Joi.string().max(60),
  targetId: Joi.string().max(200),
  from: Joi.date().iso(),
  to: Joi.date().iso().description('Not included.'),
  ...cursorQuery({ maxLimit: 200 }),
}
const reference = Joi.object({ kind: Joi.string().required(), id: Joi.string().allow('').required() })
const record = Joi.object({
  seq: Joi.string().required().description('Its place in the chain.'),
  at: Joi.string().isoDate().required(),
  kind: Joi.valid('change', 'access').required(),
  action: Joi.string().required(),
  actor: reference.required(),
  target: reference.required(),
  tenant: Joi.string().uuid().required(),
  before: Joi.any(),
  after: Joi.any(),
  reason: Joi.string().allow(''),
  ip: Joi.string().allow(''),
  erased: Joi.boolean().required().description('It had a detail, which was erased.'),
  hash: Joi.string().hex().length(64).required(),
})
const verification = Joi.object({
  intact: Joi.boolean().required(),
  records: Joi.number().integer().required(),
  end: Joi.object({ seq: Joi.string().required(), hash: Joi.string().required() })
    .allow(null)
    .required()
    .description('Keep it elsewhere, and hand it to `parley audit verify` later.'),
  faults: Joi.array()
    .items(
      Joi.object({ seq: Joi.string().required(), fault: Joi.string().required(), message: Joi.string().required() }),
    )
    .required(),
})

/** Who did what, and who read what: of the calling tenant, and for those who run the installation. */
export function auditRoutes(parts: AuditRouteParts): readonly Route[] {
  return [tenantList(parts), tenantVerification(parts), platformList(parts), platformVerification(parts)]
}

function tenantList({ reader }: AuditRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/audit',
    id: 'listAuditRecords',
    summary: "The tenant's audit log, newest first: what was changed, and who read what is sensitive.",
    tags,
    access: { permission: 'audit.read' },
    query: Joi.object<ListQuery>(filters),
    responses: { 200: { description: 'A page of records.', schema: pageSchema(record) } },
    handle: ({ tenantId, query }) => list(reader, tenantId, query),
  })
}

function platformList({ reader }: AuditRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/audit',
    id: 'listPlatformAuditRecords',
    summary: "The installation's audit log, newest first: what those who run it did.",
    tags,
    access: { permission: 'platform.audit.read' },
    query: Joi.object<ListQuery>({ ...filters, tenant: Joi.string().uuid() }),
    responses: { 200: { description: 'A page of records.', schema: pageSchema(record) } },
    handle: ({ query }) => list(reader, PLATFORM_CHAIN, query),
  })
}

function tenantVerification({ verifier }: AuditRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/admin/audit/verification',
    id: 'verifyAuditLog',
    summary: "Walks the tenant's audit log from its beginning and says whether anybody has tampered with it.",
    tags,
    access: { permission: 'audit.read' },
    responses: { 200: { description: 'What was found.', schema: verification } },
    handle: ({ tenantId }) => verify(verifier, tenantId),
  })
}

function platformVerification({ verifier }: AuditRouteParts): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/platform/audit/verification',
    id: 'verifyPlatformAuditLog',
    summary: "Walks the installation's audit log, or a tenant's.",
    tags,
    access: { permission: 'platform.audit.read' },
    query: Joi.object<{ tenant?: string }>({ tenant: Joi.string().uuid() }),
    responses: { 200: { description: 'What was found.', schema: verification } },
    handle: ({ query: { tenant = PLATFORM_CHAIN } }) => verify(verifier, tenant),
  })
}

async function list(reader: AuditReader, chain: string, query: ListQuery): Promise<Reply> {
  const { cursor, limit, ...filter } = query
  const [before] = decodeCursor(cursor, cursorShape) ?? []
  const items = await reader.list(chain, {
    ...filter,
    ...(before === undefined ? {} : { before }),
    limit: limit + 1,
  })
  const found = page({ items, limit, cursorOf: ({ seq }) => [seq] })
  return ok({ items: found.items.map(viewOf), next: found.next })
}

async function verify(verifier: AuditVerifier, chain: string): Promise<Reply> {
  const { faults, records, end = null } = await verifier.chain(chain)
  return ok({
    intact: faults.length === 0,
    records,
    end,
    faults: faults.map(({ seq, fault, message }) => ({ seq, fault, message })),
  })
}

function viewOf({ seq, hash, body, detail, erased }: FoundRecord) {
  const { at, kind, action, actor, target, tenant } = body
  return { seq, at, kind, action, actor, target, tenant, ...detail, erased, hash }
}
