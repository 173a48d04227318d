import type { MediaKind } from '@parley/core'
import { clipped } from '../../../meta/clipped.ts'
import { asNumber, asRecord, asText, present } from '../../../meta/json.ts'
import type { KindReader } from './reader.ts'

/**
 * `{ id, mime_type, sha256, caption?, filename?, voice?, animated?, url? }`. The `url` (since November 2025) lives five minutes;
 * the id lives seven days and gives a fresh one, so only the id is kept.
 */
export function mediaReader(kind: MediaKind): KindReader {
  return (body) => {
    const fields = asRecord(body)
    const ref = asText(fields?.id)
    if (fields === undefined || ref === undefined) return undefined
    const media = {
      mimeType: asText(fields.mime_type) ?? 'application/octet-stream',
      ref,
      ...present({ fileName: asText(fields.filename), sha256: asText(fields.sha256), bytes: sizeOf(fields.file_size) }),
    }
    return {
      kind,
      media,
      ...present({
        text: clipped(fields.caption),
        voice: typeof fields.voice === 'boolean' ? fields.voice : undefined,
        animated: typeof fields.animated === 'boolean' ? fields.animated : undefined,
      }),
    }
  }
}

/** The older form of a voice note: a type of its own. */
export const readVoice: KindReader = (body, message) => {
  const content = mediaReader('audio')(body, message)
  return content?.kind === 'audio' ? { ...content, voice: true } : content
}

function sizeOf(value: unknown): number | undefined {
  const bytes = asNumber(value)
  return bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined
}
