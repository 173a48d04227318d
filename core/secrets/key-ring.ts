import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { ParleyError } from '../plugin/errors.ts'
import { openKeyFile } from './key-file.ts'
import { checkRing, KEY_BYTES, parseKeys, type RingKey } from './parse-keys.ts'

/** What a secret belongs to. A ciphertext opens only where it was sealed: it cannot be moved to another row or tenant. */
export interface SealContext {
  /** Empty for what belongs to the installation. */
  readonly tenantId: string
  /** `connection.secrets`: table and column. */
  readonly purpose: string
  readonly id: string
}

/** From the setting PARLEY_KEYS when it is given, else from `<home>/keys.json`, which is made on first use. */
export async function openRootKeys(options: { setting?: string | undefined; home: string }): Promise<RingKey[]> {
  const { setting, home } = options
  return setting === undefined || setting === '' ? openKeyFile(home) : parseKeys(setting, 'PARLEY_KEYS')
}

const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM under a ring of keys. The first key encrypts, every key decrypts; each purpose has its own key, derived with
 * HKDF-SHA-256, so that no two uses share one. A sealed value reads `v1.<key id>.<base64url of iv, ciphertext, tag>`.
 *
 * Rotation replaces the keys: a new one first, the old ones behind it; `reseal` brings over what `isCurrent` denies, and then
 * the old one goes.
 */
export class KeyRing {
  #keys: ReadonlyMap<string, RingKey> = new Map()
  #first: RingKey
  readonly #derived = new Map<string, Buffer>()

  constructor(keys: readonly RingKey[]) {
    this.#first = firstOf(keys)
    this.#keys = new Map(keys.map((key) => [key.id, key]))
  }

  /** Takes other keys; whoever holds this ring goes on with them at once. */
  replace(keys: readonly RingKey[]): void {
    this.#first = firstOf(keys)
    this.#keys = new Map(keys.map((key) => [key.id, key]))
    this.#derived.clear()
  }

  /** From the setting PARLEY_KEYS when it is given, else from `<home>/keys.json`, which is made on first use. */
  static async open(options: { setting?: string | undefined; home: string }): Promise<KeyRing> {
    return new KeyRing(await openRootKeys(options))
  }

  /** The id of the key that encrypts. */
  get currentKeyId(): string {
    return this.#first.id
  }

  seal(plain: string, context: SealContext): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.subKey(`seal:${context.purpose}`), iv)
    cipher.setAAD(associatedData(context))
    const sealed = Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${VERSION}.${this.#first.id}.${sealed.toString('base64url')}`
  }

  /** Throws `secrets.unknown-key` when its key has left the ring, `secrets.tampered` when it was changed or moved. */
  open(sealed: string, context: SealContext): string {
    const { keyId, bytes } = parseSealed(sealed, context)
    const decipher = createDecipheriv(
      'aes-256-gcm',
      this.subKey(`seal:${context.purpose}`, keyId),
      bytes.subarray(0, IV_BYTES),
      { authTagLength: TAG_BYTES },
    )
    decipher.setAAD(associatedData(context))
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
    try {
      const text = decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES))
      return Buffer.concat([text, decipher.final()]).toString('utf8')
    } catch (cause) {
      throw new ParleyError('secrets.tampered', `The sealed ${context.purpose} of ${context.id} does not open.`, {
        cause,
      })
    }
  }

  /** True when the value is under the key that encrypts now. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${VERSION}.${this.#first.id}.`)
  }

  /** The same secret under the first key; `changed: false` hands the value back as it was. */
  reseal(sealed: string, context: SealContext): { readonly value: string; readonly changed: boolean } {
    if (this.isCurrent(sealed)) return { value: sealed, changed: false }
    return { value: this.seal(this.open(sealed, context), context), changed: true }
  }

  /** 32 bytes for one purpose, from the first key or the one named. Throws `secrets.unknown-key`. */
  subKey(purpose: string, keyId: string = this.#first.id): Buffer {
    const name = `${keyId} ${purpose}`
    const known = this.#derived.get(name)
    if (known !== undefined) return known
    const key = this.#keys.get(keyId)
    if (key === undefined) throw new ParleyError('secrets.unknown-key', `No key "${keyId}" is in the key ring.`)
    const derived = Buffer.from(hkdfSync('sha256', key.key, '', `parley:${purpose}`, KEY_BYTES))
    this.#derived.set(name, derived)
    return derived
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId)
  }
}

function firstOf(keys: readonly RingKey[]): RingKey {
  const [first] = checkRing(keys, 'The key ring')
  if (first === undefined) throw new ParleyError('secrets.keys-invalid', 'The key ring is empty.')
  return first
}

/** Unambiguous because no part may hold the separator. */
function associatedData({ tenantId, purpose, id }: SealContext): Buffer {
  for (const part of [tenantId, purpose, id])
    if (part.includes('|')) throw new ParleyError('secrets.context-invalid', `"|" may not stand in "${part}".`)
  return Buffer.from(`${tenantId}|${purpose}|${id}`)
}

function parseSealed(sealed: string, context: SealContext): { keyId: string; bytes: Buffer } {
  const [version, keyId, data, ...more] = sealed.split('.')
  const bytes = Buffer.from(data ?? '', 'base64url')
  if (version !== VERSION || keyId === undefined || more.length > 0 || bytes.length < IV_BYTES + TAG_BYTES)
    throw new ParleyError(
      'secrets.malformed',
      `The sealed ${context.purpose} of ${context.id} is not of the form ${VERSION}.<key id>.<base64url>.`,
    )
  return { keyId, bytes }
}
