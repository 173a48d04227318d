import type { PlatformLimits } from './limits.ts'

/** What goes into the body of a send besides the recipient, or why nothing can. Codes of our own start with `parley.`. */
export type Payload =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly detail: string }

export type PayloadRefusal = Payload & { readonly ok: false }

/** What a product allows; `title` is for words. */
export interface PayloadRules {
  readonly title: string
  readonly limits: PlatformLimits
}

export function refused(code: string, detail: string): PayloadRefusal {
  return { ok: false, code: `parley.${code}`, detail }
}

/** Characters are counted as code points. The text itself stays out of the detail. */
export function tooLong(
  rules: PayloadRules,
  what: string,
  text: string | undefined,
  max: number,
): PayloadRefusal | undefined {
  if (text === undefined || text.length <= max) return undefined
  const length = [...text].length
  if (length <= max) return undefined
  return refused('too-long', `${what} has ${length} characters; ${rules.title} takes ${max}`)
}

/** The limit of a plain text, which Instagram counts in bytes. */
export function textTooLong(rules: PayloadRules, text: string): PayloadRefusal | undefined {
  const { text: characters, textBytes } = rules.limits
  const bytes = Buffer.byteLength(text)
  if (textBytes !== undefined && bytes > textBytes)
    return refused('too-long', `the text has ${bytes} bytes; ${rules.title} takes ${textBytes}`)
  return tooLong(rules, 'the text', text, characters)
}

export function tooMany(rules: PayloadRules, what: string, count: number, max: number): PayloadRefusal | undefined {
  return count > max ? refused('too-many', `${count} ${what}; ${rules.title} takes ${max}`) : undefined
}

export function uniqueIds(choices: readonly { readonly id: string }[]): PayloadRefusal | undefined {
  const unique = new Set(choices.map((choice) => choice.id))
  return unique.size === choices.length ? undefined : refused('same-id', 'two choices have the same id')
}
