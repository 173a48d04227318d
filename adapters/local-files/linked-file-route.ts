import { DELIVERY_HEADERS, defineRoute, deliveryOf, type ObjectStore, problem, type Route, raw } from '@parley/core'
import Joi from 'joi'
import { type FileLinks, LINK_PATH } from './file-links.ts'

/** Serves what a signed link leads to, to whoever has it. */
export function linkedFile(parts: { readonly store: ObjectStore; readonly links: FileLinks }): Route {
  return defineRoute({
    method: 'GET',
    path: `${LINK_PATH}/{token}`,
    id: 'getLinkedFile',
    summary: 'A file, by a signed link that expires.',
    tags: ['files'],
    access: { public: 'The link is the credential: signed, for one file, for a short time.' },
    params: Joi.object<{ token: string }>({ token: Joi.string().max(4096).required() }),
    responses: {
      200: { description: 'The file, with its own content type.', contentType: 'application/octet-stream' },
      404: { description: 'The link is not ours, its time is over, or the file is gone.' },
    },
    cors: 'any',
    handle: async ({ params }) => {
      const linked = parts.links.verify(params.token)
      const found = linked === undefined ? undefined : await parts.store.get(linked.tenantId, linked.key)
      if (linked === undefined || found === undefined)
        return problem(404, 'files.link-invalid', 'This link leads nowhere, or no longer.')
      const { contentType, disposition } = deliveryOf(found.object.mimeType, linked.fileName || 'file')
      return raw(found.content, contentType, {
        ...DELIVERY_HEADERS,
        'content-disposition': disposition,
        'cache-control': 'private, max-age=300',
        'cross-origin-resource-policy': 'cross-origin',
      })
    },
  })
}
