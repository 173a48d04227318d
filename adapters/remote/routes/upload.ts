import { createHash } from 'node:crypto'
import {
  type Clock,
  type Connections,
  created,
  defineRoute,
  problem,
  type Route,
  type UploadedFile,
} from '@parley/core'
import Joi from 'joi'
import type { Uploads } from '../channel/uploads.ts'
import type { RemoteSettings } from '../settings.ts'
import { signedTarget } from '../wire/protocol.ts'
import { isSigned, secretsIn } from '../wire/signature.ts'
import { routeId } from './route-id.ts'

/** What multipart encoding adds around one file. */
const MULTIPART_OVERHEAD = 64 * 1024

export const uploadAnswer: Joi.ObjectSchema = Joi.object({
  ref: Joi.string().required().description('`media.ref` of an event of this connection.'),
  bytes: Joi.number().integer().required(),
  sha256: Joi.string().required().description('Hex.'),
})

/**
 * A remote brings a file before it tells of the message. Signed with the connection's own secret over the file's digest, so
 * that it opens this connection and no other.
 */
export function uploadRoute(
  deps: { readonly clock: Clock; readonly connections: Connections; readonly uploads: Uploads },
  settings: RemoteSettings,
): Route {
  const { clock, connections, uploads } = deps
  const { as, maxUploadBytes, toleranceSeconds } = settings
  return defineRoute({
    method: 'POST',
    path: `/api/${as}/connections/{id}/files`,
    id: routeId(as, 'uploadFile'),
    summary: 'Takes a file of a remote; its ref stands for it in an event.',
    tags: [as],
    access: { public: "The remote signs it with the connection's secret." },
    idempotent: false,
    params: Joi.object<{ id: string }>({ id: Joi.string().uuid().required() }),
    body: { multipart: true, maxFiles: 1, maxBytes: maxUploadBytes + MULTIPART_OVERHEAD },
    payload: Joi.object<{ files: readonly UploadedFile[] }>({ files: Joi.array().required() }),
    responses: {
      201: { description: 'The file is kept until an event names it, or its time is over.', schema: uploadAnswer },
      401: { description: 'There is no such connection, or the signature is not by its secret.' },
      413: { description: 'Too large' },
      422: { description: 'No file, or an empty one' },
    },
    async handle({ params: { id }, payload, headers }) {
      const [file] = payload.files
      if (file === undefined || file.content.length === 0)
        return problem(422, 'remote.file-missing', 'file: expected one file with something in it.')
      const connection = await connections.locate(as, id)
      const digest = createHash('sha256').update(file.content).digest('hex')
      const content = signedTarget('POST', `/connections/${id}/files`, digest)
      const by = { secrets: secretsIn(connection?.secrets ?? {}), now: clock.millis(), toleranceSeconds }
      if (connection === undefined || !isSigned(headers, content, by))
        return problem(401, 'remote.not-signed', 'The upload does not carry the signature of this connection.')
      const kept = await uploads.keep(connection, file.content, file.contentType)
      if (!kept.ok) return problem(413, 'remote.file-too-large', `A file may have ${maxUploadBytes} bytes at most.`)
      const { ref, bytes, sha256 } = kept
      return created({ ref, bytes, sha256 })
    },
  })
}
