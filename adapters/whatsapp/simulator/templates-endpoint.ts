import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import type { SimulatorContext } from './context.ts'
import { graphRefusal, refusal } from './graph-refusal.ts'
import type { SimulatedTemplate } from './state.ts'

/** `GET /{waba_id}/message_templates?limit=&after=`; the cursor is the offset in base64. */
export function templatesEndpoint(context: SimulatorContext, wabaId: string, request: VendorRequest): VendorReply {
  const all = context.state.templatesOf(wabaId)
  const limit = Math.max(1, Number(request.query.get('limit') ?? 25))
  const start = Number(Buffer.from(request.query.get('after') ?? '', 'base64').toString() || 0)
  const end = Math.min(all.length, start + limit)
  const cursor = (offset: number) => Buffer.from(String(offset)).toString('base64')
  const next = `${context.url()}${request.path}?limit=${limit}&after=${encodeURIComponent(cursor(end))}`
  return {
    status: 200,
    body: {
      data: all.slice(start, end),
      paging: { cursors: { before: cursor(start), after: cursor(end) }, ...(end < all.length ? { next } : {}) },
    },
  }
}

/** `POST /{waba}/message_templates`, `POST /{template}`, `DELETE /{waba}/message_templates?hsm_id=`; `undefined` for other calls. */
export function writeTemplates(
  context: SimulatorContext,
  { object, edge }: { object: string; edge: string | undefined },
  request: VendorRequest,
): VendorReply | undefined {
  if (edge === 'message_templates' && request.method === 'POST') return create(context, object, request)
  if (edge === 'message_templates' && request.method === 'DELETE') return remove(context, object, request)
  if (edge !== undefined || request.method !== 'POST') return undefined
  const owner = owners(context).find((wabaId) => context.state.templatesOf(wabaId).some(({ id }) => id === object))
  return owner === undefined ? undefined : change(context, { wabaId: owner, id: object }, request)
}

/** A new template waits for its review, which `decideTemplate` ends. */
function create(context: SimulatorContext, wabaId: string, request: VendorRequest): VendorReply {
  const { name = '', language = '', category, components } = jsonOf(request) as Partial<SimulatedTemplate>
  const all = context.state.templatesOf(wabaId)
  if (!/^[a-z0-9_]{1,512}$/.test(name) || category === undefined || components === undefined)
    return graphRefusal(refusal(100, 'name, language, category and components are needed; a name has a-z, 0-9 and _.'))
  if (all.some((one) => one.name === name && one.language === language))
    return graphRefusal(refusal(100, `There is already ${language} content for this template.`, 2388024))
  if (!explained(components)) return graphRefusal(refusal(100, 'A body with placeholders needs an example.', 2388043))
  const id = context.state.nextId('media')
  context.state.templates.set(wabaId, [...all, { id, name, language, category, components, status: 'PENDING' }])
  return { status: 200, body: { id, status: 'PENDING', category } }
}

function change(context: SimulatorContext, of: { wabaId: string; id: string }, request: VendorRequest): VendorReply {
  const { category, components } = jsonOf(request) as Partial<SimulatedTemplate>
  const all = context.state.templatesOf(of.wabaId)
  const before = all.find(({ id }) => id === of.id)
  if (before?.status === 'PENDING') return graphRefusal(refusal(100, 'It is being reviewed.', 2388039))
  const changes = {
    ...(category === undefined ? {} : { category }),
    ...(components === undefined ? {} : { components }),
  }
  const list = all.map((one) => (one === before ? { ...one, ...changes, status: 'PENDING' as const } : one))
  context.state.templates.set(of.wabaId, list)
  return { status: 200, body: { success: true } }
}

function remove(context: SimulatorContext, wabaId: string, request: VendorRequest): VendorReply {
  const [id, name] = [request.query.get('hsm_id'), request.query.get('name')]
  const all = context.state.templatesOf(wabaId)
  const left = all.filter((one) => one.name !== name || (id !== null && one.id !== id))
  if (left.length === all.length) return graphRefusal(refusal(100, 'There is no such template.', 2593002))
  context.state.templates.set(wabaId, left)
  return { status: 200, body: { success: true } }
}

function owners({ state }: SimulatorContext): readonly string[] {
  return [...new Set([...state.templates.keys(), ...[...state.accounts.values()].map(({ wabaId }) => wabaId)])]
}

/** Meta's reviewers want to see what stands for the placeholders. */
function explained(components: SimulatedTemplate['components']): boolean {
  const body = components.find(({ type }) => String(type).toUpperCase() === 'BODY')
  return !/\{\{/.test(String(body?.text ?? '')) || body?.example !== undefined
}
