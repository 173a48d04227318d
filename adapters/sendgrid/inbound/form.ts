import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'

export interface FormFile {
  readonly fileName: string | undefined
  readonly mimeType: string
  readonly content: Buffer
}

/** Every part of a form by its name, as bytes: fields of one form come in different charsets. The first of a name counts. */
export type Form = ReadonlyMap<string, FormFile>

const MAX_PARTS = 500

/** `undefined` when the body is no form that can be read. */
export async function readForm(body: Buffer, contentType: string | undefined): Promise<Form | undefined> {
  if (contentType === undefined || !/^multipart\/form-data\b/i.test(contentType)) return undefined
  const parts = new Map<string, Promise<FormFile>>()
  try {
    const busboy = new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: () => true,
      limits: { parts: MAX_PARTS },
    })
    busboy.on('file', (name, stream, fileName, _encoding, mimeType) => {
      const content = buffer(stream).then((bytes) => ({ fileName: fileName || undefined, mimeType, content: bytes }))
      if (!parts.has(name)) parts.set(name, content)
    })
    await pipeline(Readable.from([body]), busboy)
    const read = await Promise.all([...parts].map(async ([name, part]) => [name, await part] as const))
    return read.length === 0 ? undefined : new Map(read)
  } catch {
    return undefined // A form that breaks off: the caller keeps the bytes.
  }
}
