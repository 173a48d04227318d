import { Readable } from 'node:stream'
import type { ChannelMedia, ObjectStore } from '@parley/core'
import { fileAt } from '../read/file-at.ts'
import { readRawRef } from './raw-mail.ts'

/** Files of raw mails, out of the mail that lies in our store. */
export function rawMedia(store: ObjectStore): ChannelMedia {
  return {
    async fetch({ connection, media }) {
      const place = readRawRef(media)
      const found = place && (await store.get(connection.tenantId, place.objectKey))
      if (place === undefined || found === undefined)
        return { ok: false, failure: 'gone', detail: 'the mail is not, or no longer, in the store' }
      const { content, object } = found
      if (place.index === undefined) return { ok: true, content, mimeType: media.mimeType, bytes: object.bytes }
      const file = await fileAt(content, place.index)
      if (file === undefined) return { ok: false, failure: 'gone', detail: 'the mail has no such file' }
      return { ok: true, content: Readable.from([file]), mimeType: media.mimeType, bytes: file.length }
    },
  }
}
