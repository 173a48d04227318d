import {
  created,
  type Database,
  DELIVERY_HEADERS,
  defineRoute,
  deliveryOf,
  ParleyError,
  problem,
  type Reply,
  type Route,
  raw,
  type UploadedFile,
} from '@parley/core'
import Joi from 'joi'
import { ATTACHMENT, type AttachmentRecord } from '../models/attachment.ts'
import { selectList } from '../storage/columns.ts'
import type { RouteContext } from './context.ts'
import { idParams } from './schemas.ts'

/** What a form adds around its file. */
const FORM_BYTES = 64 * 1024

export function getAttachment(context: RouteContext): Route {
  const { database, store } = context
  return defineRoute({
    method: 'GET',
    path: '/api/attachments/{id}',
    id: 'getAttachment',
    summary: 'A file that a customer or an agent sent.',
    tags: ['inbox'],
    access: { permission: 'inbox.read' },
    params: idParams,
    responses: {
      200: { description: 'The file, with its own content type.', contentType: 'application/octet-stream' },
      404: { description: 'There is no such file.' },
      409: { description: 'It is still being fetched from the vendor.' },
      410: { description: 'It is gone; the code says how.' },
    },
    handle: async ({ tenantId, params }) => {
      const attachment = await findAttachment(database, tenantId, params.id)
      if (attachment === undefined) return problem(404, 'inbox.attachment-not-found', `There is no file ${params.id}.`)
      if (attachment.state === 'pending')
        return problem(409, 'inbox.attachment-pending', 'This file is still being fetched. Come back in a moment.')
      const found = attachment.objectKey === null ? undefined : await store?.get(tenantId, attachment.objectKey)
      if (found === undefined) return problem(410, `inbox.attachment-${goneBy(attachment)}`, 'This file is gone.')
      return deliver(attachment, found.object.mimeType, found.content)
    },
  })
}

export async function findAttachment(
  database: Database,
  tenantId: string,
  id: string,
): Promise<AttachmentRecord | undefined> {
  return database.transaction(tenantId, async (uow) => {
    const { rows } = await uow.trx.raw<{ rows: AttachmentRecord[] }>(
      `select ${selectList('a', ATTACHMENT)} from inbox.attachment a where a.tenant_id = ?::uuid and a.id = ?::uuid`,
      [tenantId, id],
    )
    return rows[0]
  })
}

function goneBy({ state }: AttachmentRecord): string {
  return state === 'stored' ? 'lost' : state
}

function deliver(attachment: AttachmentRecord, storedType: string, content: Parameters<typeof raw>[0]): Reply {
  const { contentType, disposition } = deliveryOf(storedType, attachment.media.fileName ?? attachment.id)
  return raw(content, contentType, {
    ...DELIVERY_HEADERS,
    'content-disposition': disposition,
    'cache-control': 'private, max-age=3600',
  })
}

export function uploadAttachment({ store, settings }: RouteContext): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/attachments',
    id: 'uploadAttachment',
    summary:
      'Keeps a file for sending: answers the `objectKey` that `media` takes. Unsent, it is gone after some days.',
    tags: ['inbox'],
    access: { permission: 'inbox.write' },
    body: { multipart: true, maxBytes: settings.mediaMaxBytes + FORM_BYTES, maxFiles: 1 },
    payload: Joi.object<{ files: readonly UploadedFile[] }>({ files: Joi.array().length(1).required() }).unknown(true),
    responses: {
      201: {
        description: 'Kept.',
        schema: Joi.object({
          objectKey: Joi.string().required(),
          mimeType: Joi.string().required(),
          fileName: Joi.string().allow('').required(),
          bytes: Joi.number().integer().required(),
        }),
      },
      413: { description: 'It is larger than what is kept.' },
      415: { description: 'Its content is of a type that is not kept.' },
      501: { description: 'This installation keeps no files.' },
    },
    handle: async ({ tenantId, payload }) => {
      const [file] = payload.files
      if (store === undefined) return problem(501, 'inbox.no-object-store', 'No object store is configured here.')
      if (file === undefined) throw new ParleyError('request.invalid', 'files: expected one file.')
      const { mediaMaxBytes: maxBytes, mediaTypes: types } = settings
      const options = { mimeType: file.contentType, maxBytes, types, provisional: true }
      const kept = await store.put(tenantId, file.content, options)
      if (!kept.ok && kept.failure === 'type-refused')
        return problem(415, 'inbox.type-refused', 'By its content this is no file of a type that is taken here.')
      if (!kept.ok) return problem(413, 'inbox.too-large', `A file may have ${settings.mediaMaxBytes} bytes at most.`)
      const { key: objectKey, mimeType, bytes } = kept.object
      return created({ objectKey, mimeType, fileName: file.fileName, bytes })
    },
  })
}
