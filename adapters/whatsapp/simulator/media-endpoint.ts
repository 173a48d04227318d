import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { VendorReply, VendorRequest } from '@parley/core/testing/vendor'
import type { SimulatorContext } from './context.ts'
import { graphRefusal, refusal } from './graph-refusal.ts'
import type { SimulatedAccount } from './state.ts'

/** As at Meta. */
const URL_LIFE_MS = 5 * 60_000
const MEDIA_LIFE_MS = 30 * 24 * 60 * 60_000

/** `POST /{phone_number_id}/media`, `GET` and `DELETE /{media_id}`, and the files themselves behind signed, dying addresses. */
export class MediaEndpoint {
  readonly #context: SimulatorContext
  readonly #key = randomBytes(16)

  constructor(context: SimulatorContext) {
    this.#context = context
  }

  async upload(account: SimulatedAccount, request: VendorRequest): Promise<VendorReply> {
    const form = await formOf(request)
    const file = form?.get('file')
    if (form?.get('messaging_product') !== 'whatsapp')
      return graphRefusal(refusal(100, 'messaging_product is required.'))
    if (!(file instanceof File)) return graphRefusal(refusal(131053, 'The file is missing.'))
    const content = Buffer.from(await file.arrayBuffer())
    const mimeType = String(form.get('type') ?? file.type)
    return { status: 200, body: { id: this.keep(account, content, mimeType) } }
  }

  /** Stores a file as if a phone had sent it. */
  keep(account: SimulatedAccount, content: Buffer, mimeType: string): string {
    const { state, now } = this.#context
    const id = state.nextId('media')
    state.store({ id, content, mimeType, storedAt: now(), phoneNumberId: account.phoneNumberId })
    return id
  }

  describe(id: string): VendorReply {
    const { state, now, url } = this.#context
    const media = state.media.get(id)
    if (media === undefined || media.storedAt + MEDIA_LIFE_MS < now()) return noSuchObject(id)
    const expires = now() + URL_LIFE_MS
    return {
      status: 200,
      body: {
        messaging_product: 'whatsapp',
        url: `${url()}/_media/${id}?expires=${expires}&hash=${this.#hash(id, expires)}`,
        mime_type: media.mimeType,
        sha256: createHash('sha256').update(media.content).digest('hex'),
        file_size: media.content.length,
        id,
      },
    }
  }

  /** `GET /_media/{id}?expires=&hash=`, 404 once expired. */
  download(request: VendorRequest): VendorReply {
    const id = request.path.slice('/_media/'.length)
    const media = this.#context.state.media.get(id)
    const expires = Number(request.query.get('expires'))
    const valid = request.query.get('hash') === this.#hash(id, expires)
    if (request.headers.authorization === undefined) return { status: 401 }
    if (media === undefined || !valid || expires < this.#context.now()) return { status: 404 }
    return { status: 200, headers: { 'content-type': media.mimeType }, body: media.content }
  }

  remove(id: string): VendorReply {
    return this.#context.state.media.delete(id) ? { status: 200, body: { success: true } } : noSuchObject(id)
  }

  #hash(id: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${id}/${expires}`).digest('base64url')
  }
}

export function noSuchObject(id: string): VendorReply {
  return graphRefusal(
    refusal(100, `Unsupported request. Object with ID '${id}' does not exist or cannot be loaded.`, 33),
  )
}

async function formOf(request: VendorRequest): Promise<FormData | undefined> {
  const type = request.headers['content-type']
  if (typeof type !== 'string' || !type.startsWith('multipart/form-data')) return undefined
  try {
    return await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData()
  } catch {
    return undefined // Not a form: refused by the caller as Meta does.
  }
}
