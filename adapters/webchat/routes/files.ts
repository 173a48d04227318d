import { created, defineRoute, problem, type Route, raw, type UploadedFile } from '@parley/core'
import Joi from 'joi'
import { type Context, forVisitor, TAGS } from '../context.ts'
import type { Files } from '../files.ts'
import { fileHeaders } from '../security-headers.ts'

/** What multipart encoding adds around one file. */
const MULTIPART_OVERHEAD = 64 * 1024

const STATUS = { 'file-empty': 422, 'file-type-refused': 415, 'file-too-large': 413 } as const

/** Files in and out; none of it exists where there is no object store. */
export function fileRoutes(context: Context): readonly Route[] {
  return context.files === undefined ? [] : [uploadRoute(context, context.files), downloadRoute(context, context.files)]
}

function uploadRoute(context: Context, files: Files): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/webchat/files',
    id: 'uploadWebchatFile',
    summary: 'Uploads one file; the ticket in the answer sends it with a message',
    tags: TAGS,
    access: { scheme: 'visitor' },
    idempotent: false,
    body: { multipart: true, maxFiles: 1, maxBytes: context.settings.maxFileBytes + MULTIPART_OVERHEAD },
    payload: Joi.object<{ files: readonly UploadedFile[] }>({ files: Joi.array().required() }),
    responses: {
      201: {
        description: 'Stored; not sent yet',
        schema: Joi.object({
          file: Joi.string().required().description('The ticket.'),
          kind: Joi.string().required(),
          mimeType: Joi.string().required(),
          fileName: Joi.string().required(),
          bytes: Joi.number().integer().required(),
        }),
      },
      413: { description: 'Too large' },
      415: { description: 'A type that is not accepted' },
      422: { description: 'No file, or an empty one' },
      429: { description: 'Too many files' },
    },
    handle: (request) =>
      forVisitor(context, request, 'files', async (visitor) => {
        const [sent] = request.payload.files
        if (sent === undefined) return problem(422, 'webchat.file-missing', 'file: expected one file, found none.')
        const result = await files.upload(visitor, sent.content, sent.fileName)
        if (!result.ok) return problem(STATUS[result.reason], `webchat.${result.reason}`, result.detail)
        const { kind, mimeType, fileName, bytes } = result.file
        return created({ file: result.ticket, kind, mimeType, fileName, bytes })
      }),
  })
}

function downloadRoute(context: Context, files: Files): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/webchat/files/{token}',
    id: 'readWebchatFile',
    summary: 'A file of the conversation, by a signed link that expires',
    tags: TAGS,
    access: { public: 'The link is signed and expires.' },
    params: Joi.object({ token: Joi.string().max(4096).required() }),
    responses: {
      200: { description: 'The file', contentType: 'application/octet-stream' },
      404: { description: 'The link is wrong or has expired' },
    },
    async handle({ params: { token } }) {
      const file = await files.open(token)
      if (file === undefined) return problem(404, 'webchat.file-not-found', 'This link is wrong or has expired.')
      return raw(file.content, file.mimeType, fileHeaders(file, context.settings.fileLinkTtlSeconds))
    },
  })
}
