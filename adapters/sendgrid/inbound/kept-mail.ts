import type { InboundMedia, ObjectStore } from '@parley/core'
import type { ReadMail } from '../../mail/read/mail.ts'
import { readMail } from '../../mail/read/read-mail.ts'
import type { Form } from './form.ts'
import { filesIn, parsedMail } from './parsed-mail.ts'

export interface KeptMail {
  readonly mail: ReadMail
  /** What was put into the store for it. */
  readonly objectKeys: readonly string[]
}

export interface Keeper {
  readonly store: ObjectStore
  readonly tenantId: string
  readonly maxBytes: number
}

/**
 * Reads the mail of a form, with its files in our store: SendGrid has no copy that could be fetched later. A raw mail
 * (`email`) is kept whole, and its files are fetched out of it; of a parsed one each file is kept.
 */
export async function keepMail(keeper: Keeper, form: Form): Promise<KeptMail> {
  const raw = form.get('email')?.content
  return raw === undefined ? keepParsed(keeper, form) : keepRaw(keeper, raw)
}

async function keepRaw(keeper: Keeper, raw: Buffer): Promise<KeptMail> {
  const key = await keepBytes(keeper, raw, 'message/rfc822')
  const mail = await readMail(raw, { refOf: (index) => rawRef(key, index) })
  return { mail, objectKeys: [key] }
}

async function keepParsed(keeper: Keeper, form: Form): Promise<KeptMail> {
  const kept = await Promise.all(
    filesIn(form).map(async ({ content, described }) => {
      const objectKey = await keepBytes(keeper, content, described.mimeType)
      return { ...described, objectKey }
    }),
  )
  return { mail: parsedMail(form, kept), objectKeys: kept.map(({ objectKey }) => objectKey) }
}

export async function keepBytes({ store, tenantId, maxBytes }: Keeper, bytes: Buffer, mimeType: string) {
  const put = await store.put(tenantId, bytes, { mimeType, maxBytes, provisional: true })
  // The call itself is no longer than that, and no type is refused.
  if (!put.ok) throw new RangeError(`a part of a call is longer than the call may be: ${bytes.length} bytes`)
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
