import { defineRoute, problem, type Route, raw } from '@parley/core'
import Joi from 'joi'
import { type Context, locate, noSuchChat, TAGS } from '../context.ts'
import { loaderScript, pageConfig } from '../page.ts'
import { assetHeaders } from '../security-headers.ts'
import { widgetSettings } from '../widget-settings.ts'

const FOR_EVER = 'public, max-age=31536000, immutable'

/** The script that a tenant's site embeds, and the files of the page. */
export function scriptRoutes(context: Context): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/chat/{connectionId}/widget.js',
      id: 'webchatLoader',
      summary: "The script for a tenant's site: <script async src=…/widget.js>",
      tags: TAGS,
      access: { public: 'Embedded by web sites.' },
      params: Joi.object({ connectionId: Joi.string().uuid().required() }),
      query: Joi.object().unknown(true),
      responses: {
        200: { description: 'The script', contentType: 'text/javascript' },
        404: { description: 'No such chat' },
      },
      async handle({ params: { connectionId } }) {
        const connection = await locate(context, connectionId)
        if (connection === undefined) return noSuchChat()
        const { settings, assets, files } = context
        const widget = widgetSettings(connection.settings)
        const config = pageConfig(connection.id, 'embed', widget, settings, files !== undefined)
        const headers = assetHeaders(`public, max-age=${settings.scriptCacheSeconds}`)
        return raw(loaderScript(assets.loader, config), 'text/javascript; charset=utf-8', headers)
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/chat/assets/{version}/{file}',
      id: 'webchatAsset',
      summary: 'A script or style sheet of the web chat',
      tags: TAGS,
      access: { public: 'Loaded by the public page.' },
      params: Joi.object({
        version: Joi.string().hex().required(),
        file: Joi.string()
          .pattern(/^[a-z-]+\.(js|css)$/)
          .required(),
      }),
      responses: {
        200: { description: 'The file', contentType: '*/*' },
        404: { description: 'No such file' },
      },
      async handle({ params: { version, file } }) {
        const asset = context.assets.files.get(file)
        if (asset === undefined) return problem(404, 'webchat.asset-not-found', `The web chat has no file "${file}".`)
        // During a rolling update a page of the other version may ask here: it gets our file, and keeps it for no time.
        const current = version === context.assets.version
        return raw(asset.content, asset.contentType, assetHeaders(current ? FOR_EVER : 'no-store'))
      },
    }),
  ]
}
