import type { MediaKind, Result } from '@parley/core'
import { refuse } from '@parley/core'
import { fileTypeFromBuffer } from 'file-type'

/** C0 controls other than tab, line feed, form feed and carriage return: no text file has them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const BINARY = /[\u0000-\u0008\u000b\u000e-\u001f]/

/** Finds a file's type in its content; what the browser or the name claims is not believed. */
export async function inspectFile(
  content: Buffer,
  allowed: readonly string[],
): Promise<Result<{ mimeType: string; kind: MediaKind }, 'file-empty' | 'file-type-refused'>> {
  if (content.length === 0) return refuse('file-empty', 'The file is empty.')
  const found = (await fileTypeFromBuffer(content))?.mime ?? (isText(content) ? 'text/plain' : undefined)
  if (found === undefined || !allowed.includes(found)) {
    return refuse('file-type-refused', `Files of type ${found ?? 'unknown'} are not accepted here.`)
  }
  return { ok: true, mimeType: found, kind: kindOf(found) }
}

/** Markup is text too, but a browser would run it: it is no plain text. */
function isText(content: Buffer): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content)
    return !BINARY.test(text) && !/^\s*</.test(text)
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

export function kindOf(mimeType: string): MediaKind {
  const family = mimeType.split('/')[0]
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document'
}

/** A name that is safe to show and to put into a header: no folders, no control characters, at most 150 characters. */
export function safeFileName(name: string | undefined): string {
  const last = (name ?? '').split(/[/\\]/).at(-1) ?? ''
  const clean = last.replace(/[\p{Cc}\p{Cf}"]/gu, '').trim()
  return [...clean].slice(-150).join('') || 'file'
}
