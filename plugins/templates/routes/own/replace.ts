import {
  type Audit,
  defineRoute,
  ok,
  problem,
  type Reply,
  type Route,
  type RouteRequest,
  type TemplateChange,
  type UnitOfWork,
} from '@parley/core'
import { changeEvent } from '../../models/changes.ts'
import { Template } from '../../models/template.ts'
import { auditEntry } from '../audit-entry.ts'
import { actorId, notFound, type RouteContext } from '../context.ts'
import { idParams } from '../schemas.ts'
import type { OwnKind } from './kind.ts'
import { ownView, type Replacement, replacementSchema, viewSchema } from './schemas.ts'
import { type Columns, columnsOf, isTaken, nameTaken } from './write.ts'

/** Everything that is not named goes back to its default. */
export function replaceRoute(context: RouteContext, kind: OwnKind): Route {
  const { audit, clock, database, reader, renderer, settings } = context
  return defineRoute({
    method: 'PUT',
    path: `${kind.path}/{id}`,
    id: `replace${kind.title}`,
    summary: `Writes the ${kind.noun} anew, archives it or takes it out of the archive.`,
    tags: ['templates'],
    access: { permission: 'templates.write' },
    params: idParams,
    payload: replacementSchema(kind, settings),
    responses: {
      200: { description: 'The template as it is now.', schema: viewSchema(kind, settings) },
      404: { description: 'There is no such template.' },
      409: { description: 'The name is taken in this language, or somebody changed the template since it was read.' },
      422: { description: 'The text is no template; `errors` names the field and the line.' },
    },
    handle: async (request) => {
      const { tenantId, payload, correlationId } = request
      const replacement = payload as Replacement
      const row = columnsOf(renderer, kind, replacement)
      if (!row.ok) return row.reply
      const write = { id: request.params.id, columns: row.columns, replacement, now: clock.now(), request }
      return database.transaction(
        tenantId,
        async (uow) => {
          reader.forgetAfter(uow)
          return replace(uow, kind, { ...write, audit })
        },
        { correlationId },
      )
    },
  })
}

interface Write {
  readonly id: string
  readonly columns: Columns
  readonly replacement: Replacement
  readonly now: Date
  readonly request: Pick<RouteRequest, 'actor' | 'remoteAddress'>
  readonly audit: Audit
}

async function replace(uow: UnitOfWork, kind: OwnKind, write: Write): Promise<Reply> {
  const { id, columns, replacement, now, request, audit } = write
  const before = await Template.in(uow).findOne({ id, kind: kind.kind }).forUpdate()
  if (before === undefined) return notFound(id)
  if (replacement.version !== undefined && replacement.version !== before.version) return changedSince(before)
  if (await isTaken(uow, kind, columns, id)) return nameTaken(kind, columns)
  const archived_at = replacement.archived ? (before.archived_at ?? now) : null
  await Template.in(uow)
    .where({ id })
    .patch({
      ...columns,
      archived_at,
      version: before.version + 1,
      updated_by: actorId(request.actor),
      updated_at: now,
    })
  const after = await Template.in(uow).findOne({ id })
  if (after === undefined) return notFound(id)
  uow.publish(changeEvent(after, changeBetween(before, after)))
  await audit.record(uow, auditEntry('template.changed', id, request, { before, after }))
  return ok(ownView(kind, after))
}

function changedSince({ version, updated_by }: Template): Reply {
  const words = `Somebody changed the template since it was read; it is at version ${version} now.`
  return problem(409, 'template.changed-since', words, { version, updatedBy: updated_by })
}

function changeBetween(before: Template, after: Template): TemplateChange {
  if (before.archived_at === null && after.archived_at !== null) return 'archived'
  if (before.archived_at !== null && after.archived_at === null) return 'restored'
  return 'edited'
}
