import type { Readable } from 'node:stream'
import { type MediaKind, type ObjectStore, type Result, refuse, type TokenSigner } from '@parley/core'
import { inspectFile, safeFileName } from './file-type.ts'
import type { WebchatSettings } from './settings.ts'
import type { Visitor } from './visitor.ts'

const UPLOAD = 'webchat.upload'
const LINK = 'webchat.file'

export interface StoredFile {
  readonly objectKey: string
  readonly kind: MediaKind
  readonly mimeType: string
  readonly fileName: string
  readonly bytes: number
  /** Hex. */
  readonly sha256: string
}

export interface OpenFile {
  readonly content: Readable
  readonly mimeType: string
  readonly fileName: string
  readonly bytes: number
}

/**
 * Visitors' files. An upload lies in the object store under a key that only a signed ticket of its visitor can name; a link
 * is signed too and expires, so nothing can be read by guessing.
 */
export class Files {
  readonly #store: ObjectStore
  readonly #tokens: TokenSigner
  readonly #settings: WebchatSettings

  constructor(deps: { store: ObjectStore; tokens: TokenSigner; settings: WebchatSettings }) {
    this.#store = deps.store
    this.#tokens = deps.tokens
    this.#settings = deps.settings
  }

  async upload(
    visitor: Visitor,
    content: Buffer,
    declaredName: string | undefined,
  ): Promise<Result<{ file: StoredFile; ticket: string }, 'file-empty' | 'file-type-refused' | 'file-too-large'>> {
    const type = await inspectFile(content, this.#settings.fileTypes)
    if (!type.ok) return type
    const { maxFileBytes } = this.#settings
    const put = await this.#store.put(visitor.tenantId, content, {
      ...{ mimeType: type.mimeType, maxBytes: maxFileBytes },
      provisional: true,
    })
    if (!put.ok) return refuse('file-too-large', `A file may have ${maxFileBytes} bytes at most.`)
    const file: StoredFile = {
      objectKey: put.object.key,
      kind: type.kind,
      mimeType: type.mimeType,
      fileName: safeFileName(declaredName),
      bytes: put.object.bytes,
      sha256: put.object.sha256,
    }
    return { ok: true, file, ticket: this.#ticket(visitor, file) }
  }

  /** The file behind a ticket of this visitor's own; `undefined` for anybody else's, a forged or an expired one. */
  redeem(visitor: Visitor, ticket: string): StoredFile | undefined {
    const claims = this.#tokens.verify(UPLOAD, ticket)
    if (claims === undefined) return undefined
    const { visitorId, tenantId, objectKey, kind, mimeType, fileName, bytes, sha256 } = claims
    if (visitorId !== visitor.visitorId || tenantId !== visitor.tenantId) return undefined
    if (!objectKey || !kind || !mimeType || !fileName || !bytes || !sha256) return undefined
    return { objectKey, kind: kind as MediaKind, mimeType, fileName, bytes: Number(bytes), sha256 }
  }

  /** Before a message names the file: what nobody keeps is swept away. */
  keep(visitor: Visitor, file: StoredFile): Promise<void> {
    return this.#store.keep(visitor.tenantId, [file.objectKey])
  }

  /** A path that serves the file for as long as the settings say. */
  link(tenantId: string, file: { objectKey: string; mimeType: string; fileName: string }): string {
    return `/api/webchat/files/${this.#tokens.sign(LINK, { tenantId, ...file }, this.#settings.fileLinkTtlSeconds)}`
  }

  async open(linkToken: string): Promise<OpenFile | undefined> {
    const { tenantId, objectKey, mimeType, fileName } = this.#tokens.verify(LINK, linkToken) ?? {}
    if (!tenantId || !objectKey || !mimeType || !fileName) return undefined
    const found = await this.#store.get(tenantId, objectKey)
    if (found === undefined) return undefined
    return { content: found.content, mimeType, fileName, bytes: found.object.bytes }
  }

  #ticket(visitor: Visitor, file: StoredFile): string {
    const { tenantId, visitorId } = visitor
    const claims = { ...file, bytes: String(file.bytes), tenantId, visitorId }
    return this.#tokens.sign(UPLOAD, claims, this.#settings.uploadTtlSeconds)
  }
}
