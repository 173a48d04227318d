import { DELIVERY_HEADERS, defineRoute, problem, type Reply, type Route, raw, thumbnailOf } from '@parley/core'
import Joi from 'joi'
import { findAttachment } from './attachments.ts'
import type { RouteContext } from './context.ts'
import { idParams } from './schemas.ts'

/** Few, as each is kept beside its file. */
const EDGES = [96, 320, 960] as const

const STATUS = { 'not-found': 410, 'not-an-image': 415, 'too-large': 415 } as const

export function getThumbnail({ database, store, images }: RouteContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/attachments/{id}/thumbnail',
    id: 'getAttachmentThumbnail',
    summary: 'A small image of a picture that a customer or an agent sent, without what the camera wrote into it.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    params: idParams,
    query: Joi.object<{ edge: number }>({
      edge: Joi.number()
        .valid(...EDGES)
        .default(320)
        .description('Pixels of the longer side.'),
    }),
    responses: {
      200: { description: 'WebP.', contentType: 'image/webp' },
      404: { description: 'There is no such file.' },
      410: { description: 'The file is gone, or not here yet.' },
      415: { description: 'It is no picture that can be made small.' },
      501: { description: 'This installation makes no thumbnails.' },
    },
    handle: async ({ tenantId, params, query }): Promise<Reply> => {
      if (store === undefined || images === undefined)
        return problem(501, 'inbox.no-image-processor', 'No object store and image processor are configured here.')
      const attachment = await findAttachment(database, tenantId, params.id)
      if (attachment === undefined) return problem(404, 'inbox.attachment-not-found', `There is no file ${params.id}.`)
      if (attachment.objectKey === null) return problem(410, 'inbox.attachment-absent', 'This file is not here.')
      const made = await thumbnailOf({ store, images }, tenantId, attachment.objectKey, query.edge)
      if (!made.ok) return problem(STATUS[made.reason], `inbox.${made.reason}`, made.detail)
      return raw(made.content, made.object.mimeType, {
        ...DELIVERY_HEADERS,
        'cache-control': 'private, max-age=86400, immutable',
      })
    },
  })
}
