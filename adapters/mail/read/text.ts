/** Storable text: no NUL, no lone surrogate, lines end in LF. */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').replaceAll('\r\n', '\n')
}

/** At most `max` UTF-16 units, and no half character at the end. */
export function clip(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '')
}
