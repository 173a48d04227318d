import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { UploadedFile } from '../../plugin/route.ts'
import { Refused } from '../answer/refused.ts'

/**
 * A file part as hapi hands it over with `multipart: { output: 'stream' }`. The other outputs parse JSON files and decode
 * text files, so that the bytes that were sent are gone.
 */
type FilePart = Readable & { readonly hapi: { readonly filename: string; readonly headers: Record<string, string> } }

/**
 * hapi's parsed multipart body as the contract shows it: `{ files, …fields }`. A field that came twice is a list. Throws
 * {@link Refused} 413 when there are more than `maxFiles` files.
 */
export async function uploadOf(
  form: unknown,
  maxFiles: number,
): Promise<{ files: readonly UploadedFile[] } & Record<string, unknown>> {
  const parts: { field: string; part: FilePart }[] = []
  const fields: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(form ?? {})) {
    const texts = []
    for (const part of Array.isArray(value) ? value : [value]) {
      if (isFile(part)) parts.push({ field, part })
      else texts.push(part)
    }
    if (texts.length > 0) fields[field] = texts.length === 1 ? texts[0] : texts
  }
  if (parts.length > maxFiles) throw new Refused(tooMany(parts.length, maxFiles))
  return { ...fields, files: await Promise.all(parts.map(({ field, part }) => fileOf(field, part))) }
}

function isFile(part: unknown): part is FilePart {
  return typeof part === 'object' && part !== null && 'hapi' in part
}

async function fileOf(field: string, part: FilePart): Promise<UploadedFile> {
  return {
    field,
    fileName: part.hapi.filename,
    contentType: part.hapi.headers['content-type'] ?? 'application/octet-stream',
    content: await buffer(part),
  }
}

function tooMany(came: number, maxFiles: number) {
  return {
    status: 413,
    code: 'payload.too-many-files',
    detail: `This route accepts at most ${maxFiles} files at once; ${came} came.`,
  }
}
