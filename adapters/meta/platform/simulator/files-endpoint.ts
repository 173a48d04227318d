import { createHmac, randomBytes } from 'node:crypto'
import { jsonOf, type VendorReply, type VendorRequest } from '@parley/core/testing/vendor'
import { asRecord, asText } from '../../json.ts'
import type { PlatformContext } from './context.ts'
import { graphRefusal, refusal } from './graph-refusal.ts'

/** Uploads (`POST /{page}/message_attachments`), and the files of people's messages behind signed, dying addresses. */
export class FilesEndpoint {
  /** How long an address lives. Meta names no time; it is told by the address. */
  urlLifeMs = 60 * 60_000
  readonly #context: PlatformContext
  readonly #key = randomBytes(16)

  constructor(context: PlatformContext) {
    this.#context = context
  }

  async upload(request: VendorRequest): Promise<VendorReply> {
    const { state } = this.#context
    const type = String(request.headers['content-type'] ?? '')
    const form = type.startsWith('multipart/form-data') ? await formOf(request, type) : undefined
    const message = form === undefined ? jsonOf(request) : { message: parsed(form.get('message')) }
    const attachment = asRecord(asRecord(asRecord(message)?.message)?.attachment)
    const url = asText(asRecord(attachment?.payload)?.url)
    const file = form?.get('filedata')
    if (asText(attachment?.type) === undefined) return graphRefusal(refusal(100, 'message.attachment.type is required'))
    if (url === undefined && !(file instanceof File)) return graphRefusal(refusal(100, 'The file is missing.', 2018047))
    const content = file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.from(url ?? '')
    const id = state.store(content, file instanceof File ? file.type : 'application/octet-stream')
    state.uploads.add(id)
    return { status: 200, body: { attachment_id: id } }
  }

  /** A fresh address of a stored file. */
  address(fileId: string): string {
    const expires = this.#context.now() + this.urlLifeMs
    return `${this.#context.url()}/_media/${fileId}?oe=${expires}&oh=${this.#hash(fileId, expires)}`
  }

  /** `GET /{mid}?fields=attachments` */
  ofMessage(mid: string): VendorReply | undefined {
    const files = this.#context.state.attachments.get(mid)
    if (files === undefined) return undefined
    const data = files.map(({ type, fileId }) => {
      const url = this.address(fileId)
      const file = this.#context.state.files.get(fileId)
      const mime_type = file?.mimeType
      if (type === 'image') return { id: fileId, mime_type, image_data: { url } }
      return type === 'video'
        ? { id: fileId, mime_type, video_data: { url } }
        : { id: fileId, mime_type, file_url: url }
    })
    return { status: 200, body: { id: mid, attachments: { data } } }
  }

  /** `GET /_media/{id}?oe=&oh=`: 403 once expired, as Meta's content network answers. */
  download(request: VendorRequest): VendorReply {
    const id = request.path.slice('/_media/'.length)
    const file = this.#context.state.files.get(id)
    const expires = Number(request.query.get('oe'))
    const valid = request.query.get('oh') === this.#hash(id, expires) && expires >= this.#context.now()
    if (!valid) return { status: 403, body: Buffer.from('URL signature expired') }
    if (file === undefined) return { status: 404 }
    return { status: 200, headers: { 'content-type': file.mimeType }, body: file.content }
  }

  #hash(id: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${id}/${expires}`).digest('base64url')
  }
}

async function formOf(request: VendorRequest, type: string): Promise<FormData | undefined> {
  try {
    return await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData()
  } catch {
    return undefined // Not a form: refused by the caller as Meta does.
  }
}

function parsed(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : undefined
  } catch {
    return undefined // No JSON: the parameter is missing then, as at Meta.
  }
}
