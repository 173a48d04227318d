import type { MailAddress } from '@parley/core'
import libmime from 'libmime'
import addressparser from 'nodemailer/lib/addressparser'
import { decodeText } from './charset.ts'
import { clean, clip } from './text.ts'

const MAX_ADDRESS = 320
const MAX_NAME = 500
const ADDRESS = /^[^\s@<>"]+@[^\s@<>"]+$/

/** The header fields of a mail or of a part, in order. Values are unfolded, and decoded when they are asked for as text. */
export class MailHeaders {
  readonly #fields: readonly (readonly [name: string, value: string])[]

  /** @param block the header block as it came; what follows an empty line is not looked at */
  constructor(block: Buffer | string) {
    const text = typeof block === 'string' ? block : decodeText(block)
    const [head = ''] = text.split(/\r?\n\r?\n/, 1)
    const lines = head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)
    this.#fields = lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return colon < 1 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const]
    })
  }

  has(name: string): boolean {
    return this.#fields.some(([field]) => field === name)
  }

  /** As it stands there; the first of several. */
  raw(name: string): string | undefined {
    return this.#fields.find(([field]) => field === name)?.[1]
  }

  /** Every field of the name, as it stands there. */
  all(name: string): readonly string[] {
    return this.#fields.filter(([field]) => field === name).map(([, value]) => value)
  }

  text(name: string): string | undefined {
    const value = this.raw(name)
    return value === undefined ? undefined : clean(decodeWords(value))
  }

  /** Lower case, without parameters: `multipart/report`. */
  value(name: string): string {
    return (this.raw(name) ?? '').split(/[;\s(]/, 1)[0]?.toLowerCase() ?? ''
  }

  parameter(name: string, parameter: string): string | undefined {
    const value = this.raw(name)
    return value === undefined ? undefined : libmime.parseHeaderValue(value).params[parameter]
  }

  /** Of all fields of the name; what is no address is left out. Lower case, as everybody compares them. */
  addresses(name: string): readonly MailAddress[] {
    return this.all(name).flatMap((value) => addressesOf(value))
  }

  /** Message-IDs without their brackets, in order. */
  ids(name: string): readonly string[] {
    return this.all(name).flatMap((value) => idsOf(value))
  }

  date(name: string): Date | undefined {
    const time = Date.parse((this.raw(name) ?? '').replace(/\([^)]*\)\s*$/, ''))
    return Number.isNaN(time) ? undefined : new Date(time)
  }
}

export function addressesOf(value: string): readonly MailAddress[] {
  return addressparser(value, { flatten: true }).flatMap(({ address, name }) => {
    const plain = decodeWords(address).trim().toLowerCase()
    if (!ADDRESS.test(plain) || plain.length > MAX_ADDRESS) return []
    const called = clip(clean(decodeWords(name)).trim(), MAX_NAME)
    return [{ address: plain, ...(called === '' || called === plain ? {} : { name: called }) }]
  })
}

/** Several clients write ids without brackets, or part them by commas. */
export function idsOf(value: string): readonly string[] {
  const bracketed = [...value.matchAll(/<([^<>\s]+)>/g)].map(([, id]) => id ?? '')
  const found =
    bracketed.length > 0 ? bracketed : value.split(/[\s,]+/).filter((word) => /^[^\s@]+@[^\s@]+$/.test(word))
  return found.filter((id) => id.length <= 512)
}

/** RFC 2047; what cannot be decoded stays as it is. */
function decodeWords(value: string): string {
  try {
    return libmime.decodeWords(value)
  } catch {
    return value // A broken encoded word is shown as it was written.
  }
}
