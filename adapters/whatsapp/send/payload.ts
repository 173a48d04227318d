/** A send's body by kind, or a refusal before anything is sent. Codes of our own start with `parley.`. */
export type Payload =
  | { readonly ok: true; readonly type: string; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly detail: string }

export function refused(code: string, detail: string): Payload & { ok: false } {
  return { ok: false, code: `parley.${code}`, detail }
}

/** Characters are counted as code points, as Meta does. The text itself stays out of the detail. */
export function tooLong(what: string, text: string | undefined, max: number): (Payload & { ok: false }) | undefined {
  if (text === undefined || text.length <= max) return undefined
  const length = [...text].length
  return length <= max ? undefined : refused('too-long', `${what} has ${length} characters; WhatsApp takes ${max}`)
}
