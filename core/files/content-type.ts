import { open } from 'node:fs/promises'
import { fileTypeFromBuffer, fileTypeFromFile } from 'file-type'

/** What a file must show of itself to be called text. */
const HEAD_BYTES = 64 * 1024

/** C0 controls other than tab, line feed, form feed and carriage return: no text file has them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\u0000-\u0008\u000b\u000e-\u001f]/

/** The type that content shows itself: a Buffer, or the path of a file. `undefined` when it shows none. */
export async function contentTypeOf(content: Buffer | string): Promise<string | undefined> {
  const found = await (typeof content === 'string' ? fileTypeFromFile(content) : fileTypeFromBuffer(content))
  if (found !== undefined) return found.mime
  const head = typeof content === 'string' ? await headOf(content) : content.subarray(0, HEAD_BYTES)
  return isText(head) ? 'text/plain' : undefined
}

/** Is the type among what is allowed? `image/*` stands for a family. Parameters (`; charset=…`) do not count. */
export function typeAllowed(mimeType: string, allowed: readonly string[]): boolean {
  const type = mimeType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return allowed.some((one) => one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))))
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** Markup is text too, but a browser would run it: it is no plain text. The last character may be cut in two. */
function isText(head: Buffer): boolean {
  if (head.length === 0) return false
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return !BINARY.test(text) && !/^\s*</.test(text)
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}
