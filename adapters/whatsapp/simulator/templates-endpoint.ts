import type { VendorReply, VendorRequest } from '@parley/core/testing/vendor'
import type { SimulatorContext } from './context.ts'

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
