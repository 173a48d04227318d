import { defineRoute, noContent, ok, type Reply, type Route, type UnitOfWork } from '@parley/core'
import Joi from 'joi'
import { changeEvent } from '../../models/changes.ts'
import { Template } from '../../models/template.ts'
import { asChannelTemplate } from '../../rendering/channel.ts'
import { applyNews } from '../../sync/apply.ts'
import { requestSync } from '../../sync/events.ts'
import type { CopyPatch } from '../../sync/plan.ts'
import { auditEntry } from '../audit-entry.ts'
import { actorId, notFound, type RouteContext } from '../context.ts'
import { category, idParams } from '../schemas.ts'
import { copyView } from '../view.ts'
import { components, copySchema, PATH } from './schemas.ts'
import { connectionOf, notWritable, noVendor, refusedBy, VENDOR_ANSWERS, vendorOf } from './vendor.ts'

interface Change {
  readonly category?: string
  readonly components: readonly unknown[]
}

const tags = ['templates']
const access = { permission: 'templates.write' }

export function changeRoute(context: RouteContext): Route {
  const { audit, database, settings } = context
  return defineRoute({
    method: 'PUT',
    path: `${PATH}/{id}`,
    id: 'changeChannelTemplate',
    summary: 'Changes a template at the vendor, which reviews it anew. Name and language stay.',
    tags,
    access,
    params: idParams,
    payload: Joi.object<Change>({ category, components: components.required() }),
    responses: {
      200: { description: 'The template, waiting for approval.', schema: copySchema },
      404: { description: 'There is no such template.' },
      ...VENDOR_ANSWERS,
    },
    handle: async (request) => {
      const { tenantId, payload } = request
      const { id } = request.params
      const copy = await read(context, tenantId, id)
      if (copy === undefined) return notFound(id)
      const vendor = await vendorOf(context, tenantId, copy.connection_id ?? '')
      if (vendor === undefined) return noVendor(copy.connection_id ?? '')
      if (vendor.writes.change === undefined) return notWritable(vendor)
      const signal = AbortSignal.timeout(settings.writeTimeoutMs)
      const { connection } = vendor
      const result = await vendor.writes.change({
        connection,
        template: asChannelTemplate(copy),
        patch: payload,
        signal,
      })
      if (!result.ok) return refusedBy(result)
      const patch = {
        ...payload,
        ...(payload.category && { category: payload.category.toLowerCase() }),
        state: 'pending',
      }
      return database.transaction(tenantId, async (uow) => {
        await apply(context, uow, copy, { ...patch, reason: null }, actorId(request.actor))
        const after = await Template.in(uow).findOne({ id })
        if (after === undefined) return notFound(id)
        await audit.record(uow, auditEntry('template.changed', id, request, { before: copy, after }))
        return ok(copyView(after))
      })
    },
  })
}

/** One that is on nobody's list any more is forgotten here as well, with its statistics. */
export function removeRoute(context: RouteContext): Route {
  const { audit, clock, database, reader } = context
  return defineRoute({
    method: 'DELETE',
    path: `${PATH}/{id}`,
    id: 'removeChannelTemplate',
    summary: "Takes a template off the vendor's list; one that has vanished from it is deleted here.",
    tags,
    access,
    params: idParams,
    responses: {
      204: { description: 'Gone.' },
      404: { description: 'There is no such template.' },
      ...VENDOR_ANSWERS,
    },
    handle: async ({ tenantId, params: { id }, ...request }) => {
      const copy = await read(context, tenantId, id)
      if (copy === undefined) return notFound(id)
      const refusal = copy.vanished_at === null ? await removeAtVendor(context, tenantId, copy) : undefined
      if (refusal !== undefined) return refusal
      await database.transaction(tenantId, async (uow) => {
        if (copy.vanished_at === null)
          await apply(context, uow, copy, { vanished_at: clock.now() }, actorId(request.actor))
        else {
          await Template.in(uow).where({ id }).delete()
          uow.publish(changeEvent(copy, 'deleted'))
          reader.forgetAfter(uow)
        }
        await audit.record(uow, auditEntry('template.deleted', id, request, { before: copy }))
      })
      return noContent()
    },
  })
}

async function removeAtVendor(context: RouteContext, tenantId: string, copy: Template): Promise<Reply | undefined> {
  const vendor = await vendorOf(context, tenantId, copy.connection_id ?? '')
  if (vendor === undefined) return noVendor(copy.connection_id ?? '')
  if (vendor.writes.remove === undefined) return notWritable(vendor)
  const signal = AbortSignal.timeout(context.settings.writeTimeoutMs)
  const { connection, writes } = vendor
  const result = await writes.remove?.({ connection, template: asChannelTemplate(copy), signal })
  return result === undefined || result.ok ? undefined : refusedBy(result)
}

function read({ database }: RouteContext, tenantId: string, id: string): Promise<Template | undefined> {
  return database.transaction(tenantId, async (uow) => Template.in(uow).findOne({ id, kind: 'channel' }))
}

/** What the vendor took counts here at once; the list is asked anew all the same. */
async function apply(
  { clock, reader }: RouteContext,
  uow: UnitOfWork,
  copy: Template,
  patch: CopyPatch,
  by: string,
): Promise<void> {
  const connection = connectionOf(copy)
  await applyNews(uow, connection, { name: copy.name, language: copy.language, patch, by }, clock.now())
  uow.publish(requestSync(connection.id, 'asked'))
  reader.forgetAfter(uow)
}
