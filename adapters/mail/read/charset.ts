import { createRequire } from 'node:module'
import iconv from 'iconv-lite'

/** Tables of 300 KB, loaded with the first mail that needs them. */
const japanese = () => createRequire(import.meta.url)('encoding-japanese') as typeof import('encoding-japanese')

/** Charsets that share ASCII and say nothing wrong about it: what claims one of them is UTF-8 whenever its bytes are. */
const LOOSE = /^(us-?ascii|ascii|utf-?8|iso-?8859-\d+|latin-?\d|windows-125\d|unknown-8bit|x-unknown|default|binary)$/i
const ISO_2022_JP = /^(jis|iso-?2022-?jp)/i
/** What browsers and mail clients take for Latin-1: no byte is without a meaning. */
const FALLBACK = 'windows-1252'

/**
 * Bytes of a mail as text. The charset that is declared is believed as far as the bytes allow: senders leave it out, or say
 * Latin-1 and write UTF-8, or the other way round. No byte is lost in any case.
 */
export function decodeText(bytes: Buffer, declared = ''): string {
  // `iso-8859-8-i`: in logical order (RFC 1556), which is how text is kept anyway.
  const claimed = declared.trim().replace(/^(iso-?8859-\d+)-[ie]$/i, '$1')
  const strict = new TextDecoder('utf-8', { fatal: true })
  if (claimed === '' || LOOSE.test(claimed) || !isKnown(claimed))
    return attempt(() => strict.decode(bytes)) ?? decodeAs(bytes, claimed)
  const text = decodeAs(bytes, claimed)
  return text.includes('\uFFFD') ? (attempt(() => strict.decode(bytes)) ?? text) : text
}

function isKnown(charset: string): boolean {
  return ISO_2022_JP.test(charset) || iconv.encodingExists(charset)
}

function decodeAs(bytes: Buffer, charset: string): string {
  if (ISO_2022_JP.test(charset))
    return japanese().convert(bytes, { to: 'UNICODE', from: 'JIS', type: 'string' }) as string
  const loose = charset === '' || /utf-?8|ascii|unknown|binary|default/i.test(charset)
  return iconv.decode(bytes, !loose && iconv.encodingExists(charset) ? charset : FALLBACK)
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined // The bytes are not UTF-8; the caller has another charset to try.
  }
}
