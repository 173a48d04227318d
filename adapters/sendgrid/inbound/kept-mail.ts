import { type Keeper, type KeptMail, keepBytes, keepRaw } from '../../mail/api/raw-mail.ts'
import type { Form } from './form.ts'
import { filesIn, parsedMail } from './parsed-mail.ts'

/**
 * Reads the mail of a form, with its files in our store: SendGrid has no copy that could be fetched later. A raw mail
 * (`email`) is kept whole, and its files are fetched out of it; of a parsed one each file is kept.
 */
export async function keepMail(keeper: Keeper, form: Form): Promise<KeptMail> {
  const raw = form.get('email')?.content
  return raw === undefined ? keepParsed(keeper, form) : keepRaw(keeper, raw)
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
