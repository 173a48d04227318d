import type { ChannelMedia, Connection, ObjectStore, TokenSigner } from '@parley/core'
import type { RemoteSettings } from '../settings.ts'

const PURPOSE = 'remote.upload'
const PREFIX = 'upload:'

type Fetched = Awaited<ReturnType<ChannelMedia['fetch']>>

/** True for a reference that {@link Uploads.keep} gave out. */
export function isUpload(ref: string): boolean {
  return ref.startsWith(PREFIX)
}

/**
 * Files that a remote brings rather than lets be fetched. A reference is signed for the one connection that brought the file:
 * no event of another one can name it, and none can name any other object.
 */
export class Uploads {
  readonly #store: ObjectStore
  readonly #tokens: TokenSigner
  readonly #settings: RemoteSettings

  constructor(deps: { store: ObjectStore; tokens: TokenSigner }, settings: RemoteSettings) {
    this.#store = deps.store
    this.#tokens = deps.tokens
    this.#settings = settings
  }

  async keep(
    connection: Connection,
    content: Buffer,
    mimeType: string,
  ): Promise<{ ok: true; ref: string; bytes: number; sha256: string } | { ok: false }> {
    const { maxUploadBytes: maxBytes, uploadSeconds } = this.#settings
    const put = await this.#store.put(connection.tenantId, content, { mimeType, maxBytes, provisional: true })
    if (!put.ok) return { ok: false }
    const { key: objectKey, bytes, sha256 } = put.object
    const claims = { connectionId: connection.id, objectKey }
    return { ok: true, ref: `${PREFIX}${this.#tokens.sign(PURPOSE, claims, uploadSeconds)}`, bytes, sha256 }
  }

  async open(connection: Connection, ref: string): Promise<Fetched> {
    const claims = this.#tokens.verify(PURPOSE, ref.slice(PREFIX.length))
    if (claims?.objectKey === undefined || claims.connectionId !== connection.id)
      return { ok: false, failure: 'gone', detail: 'the upload is not known, or was left too long' }
    const found = await this.#store.get(connection.tenantId, claims.objectKey)
    if (found === undefined) return { ok: false, failure: 'gone', detail: 'the upload is no longer there' }
    const { mimeType, bytes } = found.object
    return { ok: true, content: found.content, mimeType, bytes }
  }
}
