import Joi from 'joi'
import { type Route, raw } from '../plugin/route.ts'

type Document = Readonly<Record<string, unknown>>

/** Serves a document that is made from what the process holds. Everybody may ask, so it is written out once for each. */
export function documentRoute(
  place: Pick<Route, 'path' | 'id' | 'summary' | 'access'> & { readonly format: string },
  document: () => Document | Promise<Document>,
): Route {
  const { format, ...route } = place
  let written: { readonly document: Document; readonly text: string } | undefined
  return {
    ...route,
    method: 'GET',
    tags: ['operations'],
    cors: 'any',
    responses: { 200: { description: format, schema: Joi.object().unknown(true) } },
    handle: async () => {
      const current = await document()
      if (written?.document !== current) written = { document: current, text: JSON.stringify(current) }
      return raw(written.text, 'application/json', { 'cache-control': 'no-cache' })
    },
  }
}
