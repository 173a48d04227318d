import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'

export interface MultipartFile {
  readonly fileName: string
  readonly mimeType: string
  readonly bytes: number
  readonly content: Readable
}

/** A form with text fields and one file, streamed: a 100 MB document never lies in memory. The length is known beforehand. */
export function multipart(fields: Readonly<Record<string, string>>, file: MultipartFile, fileField = 'file') {
  const boundary = `parley-${randomUUID()}`
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head = Buffer.from(
    `${texts.join('')}--${boundary}\r\ncontent-disposition: form-data; name="${fileField}"; filename="${plain(file.fileName)}"\r\n` +
      `content-type: ${plain(file.mimeType)}\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  async function* parts() {
    yield head
    yield* file.content
    yield tail
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: head.length + file.bytes + tail.length,
    content: Readable.from(parts()),
  }
}

/** Nothing that could end the header line or its quotes. */
function plain(text: string): string {
  return text.replace(/[\r\n"\\]/g, '_')
}
