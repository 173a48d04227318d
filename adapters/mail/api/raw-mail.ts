import type { InboundMedia, ObjectStore } from '@parley/core'
import type { ReadMail } from '../read/mail.ts'
import { readMail } from '../read/read-mail.ts'

export interface KeptMail {
  readonly mail: ReadMail
  /** What was put into the store for it; swept away unless it is kept. */
  readonly objectKeys: readonly string[]
}

export interface Keeper {
  readonly store: ObjectStore
  readonly tenantId: string
  readonly maxBytes: number
}

/** Keeps a raw mail whole and reads it; its files are fetched out of it by {@link rawRef}. */
export async function keepRaw(keeper: Keeper, raw: Buffer): Promise<KeptMail> {
  const key = await keepBytes(keeper, raw, 'message/rfc822')
  const mail = await readMail(raw, { refOf: (index) => rawRef(key, index) })
  return { mail, objectKeys: [key] }
}

export async function keepBytes({ store, tenantId, maxBytes }: Keeper, bytes: Buffer, mimeType: string) {
  const put = await store.put(tenantId, bytes, { mimeType, maxBytes, provisional: true })
  // What is longer was not taken in, and no type is refused.
  if (!put.ok) throw new RangeError(`a part of a mail is longer than a mail may be: ${bytes.length} bytes`)
  return put.object.key
}

/** `<object key>#3`: the fourth file of the raw mail; `<object key>#`: the mail itself. */
export function rawRef(objectKey: string, index: number | undefined): string {
  return `${objectKey}#${index ?? ''}`
}

export function readRawRef(media: InboundMedia): { objectKey: string; index: number | undefined } | undefined {
  const [, objectKey, index] = /^(.+)#(\d*)$/.exec(media.ref ?? '') ?? []
  if (objectKey === undefined) return undefined
  return { objectKey, index: index === undefined || index === '' ? undefined : Number(index) }
}
