import { defineRoute, type Route, raw } from '@parley/core'
import Joi from 'joi'
import { type Context, locate, noSuchChat, TAGS } from '../context.ts'
import { type PageConfig, pageConfig, pageHtml } from '../page.ts'
import { pageHeaders } from '../security-headers.ts'
import { widgetSettings } from '../widget-settings.ts'

const params = Joi.object({ connectionId: Joi.string().uuid().required() })
/** People come with campaign parameters and the like; they are none of our business. */
const query = Joi.object({
  lang: Joi.string().max(35).description("The page's language, as a BCP 47 tag; else the browser's."),
}).unknown(true)
const html = { 200: { description: 'The page', contentType: 'text/html' }, 404: { description: 'No such chat' } }

/** The chat as a page of its own, and as the app inside an embedding page's frame. */
export function pageRoutes(context: Context): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/chat/{connectionId}',
      id: 'webchatPage',
      summary: 'The web chat as a page of its own',
      tags: TAGS,
      access: { public: 'Customers have no account.' },
      params,
      query,
      responses: html,
      handle: ({ params: { connectionId }, origin }) => page(context, connectionId, 'page', origin),
    }),
    defineRoute({
      method: 'GET',
      path: '/chat/{connectionId}/app',
      id: 'webchatApp',
      summary: 'The web chat inside the frame of an embedding page',
      tags: TAGS,
      access: { public: 'Customers have no account; the connection says which sites may frame it.' },
      params,
      query,
      frames: 'any',
      responses: html,
      handle: ({ params: { connectionId }, origin }) => page(context, connectionId, 'embed', origin),
    }),
  ]
}

async function page(context: Context, connectionId: string, mode: PageConfig['mode'], origin: string) {
  const connection = await locate(context, connectionId)
  if (connection === undefined) return noSuchChat()
  const widget = widgetSettings(connection.settings)
  const config = pageConfig(connection.id, mode, widget, context.settings, context.files !== undefined)
  const framedBy = mode === 'embed' ? ["'self'", ...widget.allowedOrigins] : []
  const body = pageHtml(config, `/chat/assets/${context.assets.version}`)
  return raw(body, 'text/html; charset=utf-8', pageHeaders(origin, framedBy))
}
