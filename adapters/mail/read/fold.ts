import EmailReplyParser from 'email-reply-parser'

/** What a person wrote now, apart from what they quote and what they sign with. */
export interface FoldedText {
  readonly text: string
  readonly quoted?: string
  readonly signature?: string
}

/** The parser's patterns take the square of a line's length: seconds for a line that somebody made for that. */
const MAX_LOOKED_AT = 65_536
const MAX_LINE = 4_000

/** Forwarding is quoting for somebody who has not read it: it stays. */
const FORWARDED =
  /^(-{2,}.*(forwarded|weitergeleitete?|transféré|reenviado|inoltrato|doorgestuurd).*-{2,}|Begin forwarded message:|Anfang der weitergeleiteten Nachricht:)\s*$/im

/**
 * Answers between quotations stay in order. A mail that would be empty without its quotation, and one that forwards
 * another, are shown whole.
 */
export function foldText(whole: string): FoldedText {
  const text = whole.trim()
  if (FORWARDED.test(text) || text.length > MAX_LOOKED_AT || hasLine(text, MAX_LINE)) return { text }
  const fragments = new EmailReplyParser().read(text).getFragments()
  const part = (wanted: (fragment: (typeof fragments)[number]) => boolean) =>
    fragments
      .filter(wanted)
      .map((fragment) => fragment.getContent().trim())
      .filter((content) => content !== '')
      .join('\n\n')
  const written = part((one) => !one.isQuoted() && !one.isSignature())
  if (written === '') return { text }
  const [quoted, signature] = [part((one) => one.isQuoted()), part((one) => one.isSignature() && !one.isQuoted())]
  return { text: written, ...(quoted !== '' && { quoted }), ...(signature !== '' && { signature }) }
}

function hasLine(text: string, longer: number): boolean {
  return text.split('\n').some((line) => line.length > longer)
}
