import type { ConsentWish } from '@parley/core'

export interface Asked {
  readonly wish: ConsentWish
  readonly proof: string
}

const FORMS = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i

/**
 * What a POST asks for. A mailbox sends `List-Unsubscribe=One-Click` in either form encoding (RFC 8058 section 3.2); the page's
 * button names the wish. Anything else that is a form is taken for an objection: that is what the link is for. `undefined`:
 * no form at all.
 */
export async function askedFor(body: Buffer, contentType: string): Promise<Asked | undefined> {
  if (!FORMS.test(contentType)) return undefined
  const fields = await fieldsOf(body, contentType)
  if (fields?.has('List-Unsubscribe')) return { wish: 'opt-out', proof: 'one click in the mailbox' }
  const wish = fields?.get('wish') === 'opt-in' ? 'opt-in' : 'opt-out'
  return fields === undefined ? undefined : { wish, proof: 'the page behind the link' }
}

async function fieldsOf(body: Buffer, contentType: string): Promise<FormData | undefined> {
  const form = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
  return form.formData().catch((error: unknown) => {
    // Whatever was sent is not the form that it says it is.
    if (error instanceof TypeError) return undefined
    throw error
  })
}
